// The text of networks in the studio: reading, writing, changing, and what it says about mistakes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspect, models, nn } from "../../src/index.ts";
import { buildNetwork } from "../../src/models/text/build.ts";
import * as edit from "../../src/models/text/edit.ts";
import { allLayers, newLayerText } from "../../src/models/text/layers.ts";
import { parseNetwork } from "../../src/models/text/parse.ts";
import { printNetwork } from "../../src/models/text/print.ts";
import { type Layer, NetworkTextError, scalar, type Value } from "../../src/models/text/syntax.ts";
import { programOf } from "../../studio/src/build/program.ts";
import { describeNetwork } from "../../studio/src/engine/handlers/networkText.ts";
import { presets } from "../../studio/src/network/presets.ts";

/** A value without its places. */
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, v) => (key === "start" || key === "end" ? 0 : v)));
}

function problem(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof NetworkTextError) return `${error.line}:${error.column} ${error.message}`;
    throw error;
  }
  return "no problem";
}

const word = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/);
const key = fc.oneof(word, fc.constantFrom("a b", "-", "1x")).filter((k) => k !== "__proto__");
const place = { start: fc.constant(0), end: fc.constant(0) };
const { layer } = fc.letrec<{ value: Value; layer: Layer }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc
      .oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
        fc.integer(),
        fc.string({ unit: "grapheme-ascii" }),
        fc.boolean(),
        fc.constant(null),
      )
      .map((v) => scalar(Object.is(v, -0) ? 0 : v)),
    fc.record({
      kind: fc.constant("array" as const),
      items: fc.array(tie("value"), { maxLength: 3 }),
      ...place,
    }),
    fc.record({
      kind: fc.constant("object" as const),
      entries: fc.uniqueArray(fc.record({ key, value: tie("value") }), {
        maxLength: 3,
        selector: (entry) => entry.key,
      }),
      ...place,
    }),
    tie("layer"),
  ),
  layer: fc.record({
    kind: fc.constant("layer" as const),
    from: fc.constantFrom("nn" as const, "models" as const),
    name: word,
    inputs: fc.array(tie("value"), { maxLength: 4 }),
    ...place,
  }),
}));

describe("the text of a network", () => {
  it("is read back as it was printed", () => {
    fc.assert(
      fc.property(layer, (network) => {
        const text = printNetwork(network);
        expect(bare(parseNetwork(text))).toEqual(bare(network));
        expect(printNetwork(parseNetwork(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it("never fails but with a place inside the text", () => {
    const pieces = ["new ", "nn.", "ReLU", "(", ")", "{", "}", "[", ",", ":", "1", "-", '"', "/*"];
    const texts = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 2 })));
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join("");
        try {
          parseNetwork(text);
        } catch (error) {
          expect(error).toBeInstanceOf(NetworkTextError);
          expect((error as NetworkTextError).start).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("may hold comments, trailing commas, numbers with signs and separators", () => {
    const text =
      "// mine\nnew nn.Sequential( /* two */ new nn.Linear(1_000, 2e1), new nn.Flatten(1, -1,),);";
    expect(printNetwork(parseNetwork(text))).toBe(
      "new nn.Sequential(\n  new nn.Linear(1000, 20),\n  new nn.Flatten(1, -1),\n)",
    );
  });

  it("may be the program of the page Build, of which only the network is read", () => {
    for (const { title, inputShape, text } of presets) {
      const settings = { ...{ title, network: text, inputShape, dataset: "sample" }, seed: 0 };
      const rest = {
        optimizer: "adam",
        lr: 0.001,
        momentum: 0,
        weightDecay: 0,
        epochs: 3,
      } as const;
      const program = programOf({ ...settings, ...rest, schedule: "one-cycle", batchSize: 32 });
      const { net } = buildNetwork(program);
      expect(net.parameters().length).toBe(buildNetwork(text).net.parameters().length);
    }
    const { start, end } = parseNetwork("const net = new nn.ReLU(); net.forward(x) * 2 // °");
    expect([start, end]).toEqual([12, 25]);
    expect(problem(() => parseNetwork("new nn.ReLU(); net"))).toBe(
      '1:16 the network ends before "net"',
    );
  });

  it("may be a file of TypeScript", () => {
    const net = "new nn.Sequential(\n  new nn.ReLU(),\n)";
    for (const text of [
      `import { nn } from "fovea";\n\nconst net = ${net};\n`,
      `import { models, nn } from "fovea";\nimport "other"\nexport const mine = ${net}`,
      `// mine\nexport default ${net};`,
    ])
      expect(printNetwork(parseNetwork(text))).toBe(net);
    expect(problem(() => parseNetwork("const 5 = new nn.ReLU()"))).toBe(
      '1:7 expected a name, found "5"',
    );
    expect(problem(() => parseNetwork("import { nn }"))).toContain("found the end of the text");
  });

  it.each([
    ["", "1:1 expected a layer or a value, found the end of the text"],
    ["new nn.ReLU(", "1:13 expected a layer or a value, found the end of the text"],
    ["new nn.Sequential(\n  nn.ReLU(),\n)", '2:3 write "new" before nn'],
    ["new nn.Linear(4 5)", '1:17 expected "," or ")", found "5"'],
    ["new nn.Conv2d(1, 2, 3, { padding 2 })", '1:34 expected ":" after padding, found "2"'],
    ["new nn.Conv2d(1, 2, 3, { stride: 1, stride: 2 })", '1:37 "stride" is given twice'],
    ['new nn.GELU({ approximate: "tanh })', "1:28 this string has no end on its line"],
    ["new nn.ReLU() /* to", "1:15 this comment has no end: close it with */"],
    ["new nn.ReLU() new", '1:15 the network ends before "new"'],
    ["alert(1)", '1:1 "alert" is not known here; a layer is new nn.Name(…)'],
    ["5", "1:1 a network begins with new nn.Sequential("],
    ["new nn.ReLU(@)", '1:13 "@" has no meaning here'],
  ])("says what is wrong with %j", (text, message) => {
    expect(problem(() => parseNetwork(text))).toBe(message);
  });

  it("does not follow endless nesting", () => {
    expect(problem(() => parseNetwork("[".repeat(10_000)))).toContain("levels of nesting");
  });
});

describe("a network made from its text", () => {
  it("suggests near names, and takes nothing but layers", () => {
    expect(problem(() => buildNetwork("new nn.Sequential(\n  new nn.Conv2D(1, 2, 3))"))).toBe(
      "2:3 there is no layer nn.Conv2D to use here; did you mean Conv2d?",
    );
    for (const name of ["constructor", "Module", "functional", "__proto__"]) {
      expect(problem(() => buildNetwork(`new nn.${name}()`))).toContain("there is no layer");
    }
  });

  it("shows the engine's errors at the layer they come from", () => {
    expect(
      problem(() => buildNetwork("new nn.Sequential(\n  new nn.Conv2d(1, 2, 3, { paddin: 1 }))")),
    ).toMatch(/^2:3 Conv2d: .*paddin/);
  });

  it.each([
    [
      "new nn.Linear(1e9, 1e9)",
      "1:1 a layer cannot have parameters of shape [1000000000, 1000000000]",
    ],
    [
      "new nn.Sequential(\n  new nn.BatchNorm2d(1e12))",
      "2:3 a layer cannot have parameters of shape",
    ],
    ["new nn.PReLU({ numParameters: 1e13 })", "1:1 a layer cannot have parameters of shape"],
    ["new models.DenseBlock(1e9, 8, 4)", "1:1 DenseBlock: layers may be at most 1000"],
    [
      "new nn.Sequential(\n  new nn.Linear(2, 2),\n  new nn.Linear(2e4, 4e4))",
      "3:3 the network has 800,040,006 parameters, the most of them here; it may have 400,000,000",
    ],
    [`new nn.Sequential(${"new nn.ReLU(),".repeat(20_000)})`, "1:200001 the text is longer than"],
    ["new models.Inception([], {}, null)", "1:1 Inception does not take these inputs"],
    [
      "new nn.Conv2d(1, 2, 3, { __proto__: { padding: 1 } })",
      '1:1 Conv2d: unknown option "__proto__"',
    ],
  ])("refuses %s", (text, message) => {
    // Well before memory or the random numbers run out: the next network is made as if nothing had been.
    expect(problem(() => buildNetwork(text)).slice(0, message.length)).toBe(message);
    expect(buildNetwork("new nn.Linear(2, 2)").net.parameters()).toHaveLength(2);
  });

  it.each([
    ["new nn.Upsample({ scaleFactor: 1e9 })", "interpolate: 28000000000 pixels along a side"],
    ['new nn.Upsample({ size: 1e6, mode: "bilinear" })', "interpolate: 1000000 pixels along"],
    ["new nn.AdaptiveAvgPool2d(1e9)", "adaptive pooling: 1000000000 pixels along a side"],
    [
      "new nn.Conv2d(1, 1, 1, { padding: 1e9 }), new nn.AdaptiveMaxPool2d(1)",
      "adaptive pooling: 2",
    ],
  ])("is described without the memory that %s would take", (layers, message) => {
    const text = `new nn.Sequential(${layers})`;
    const { problem: found } = describeNetwork({ text, inputShape: [1, 28, 28] });
    expect(found?.text.en.slice(0, message.length)).toBe(message);
  });

  it("takes names that objects have of their own as the names of layers", () => {
    const text =
      "new nn.Sequential({ __proto__: new nn.Linear(2, 3), constructor: new nn.ReLU() })";
    const { net } = buildNetwork(text);
    expect([...net.stateDict().keys()]).toEqual(["__proto__.weight", "__proto__.bias"]);
    expect(Object.getPrototypeOf(net)).toBe(nn.Sequential.prototype);
  });

  it.each(allLayers)("can begin with %s as it is added", (name) => {
    expect(problem(() => buildNetwork(newLayerText(name) as string))).toBe("no problem");
  });

  const ofLibrary = presets.filter(({ model }) => model !== null);
  it.each(ofLibrary)("$title is the library's network", ({ name, model, inputShape, text }) => {
    const own = model ?? { name, options: {} };
    const made = models.createModel(own.name, own.options);
    const known = inspect.summary(made, [1, ...inputShape]);
    const read = describeNetwork({ text, inputShape });
    expect(models.models[own.name]?.inputShape).toEqual(inputShape);
    expect(read.problem).toBe(null);
    expect(read.parameters).toBe(known.parameters);
    expect(read.multiplyAdds).toBe(known.multiplyAdds);
    expect(read.rows.map((row) => row.outputShape)).toEqual(
      known.layers.map((row) => row.outputShape),
    );
  });

  it.each([
    ["lenet", 61_706],
    ["alexnet", 46_764_746],
    ["vgg11", 128_806_154],
    ["vgg16", 134_300_362],
    ["nin", 1_992_166],
    ["googlenet", 5_977_530],
    ["resnet18", 11_178_378],
    ["densenet", 758_226],
    // Counted by hand: convolutions 9 · in · out + out, normalisation 2 · out, dense layers in · out + out.
    ["resnet-narrow", 192 + 4_704 + (14_016 + 544) + (55_680 + 2_112) + 650],
    ["vgg-narrow", 192 + 4_704 + 18_624 + 37_056 + 73_856 + 1_290],
  ])("%s has %i parameters", (name, parameters) => {
    const preset = presets.find((each) => each.name === name);
    expect(describeNetwork(preset as (typeof presets)[number])).toMatchObject({
      problem: null,
      parameters,
    });
  });

  it("shows the layers before one that is not known or refuses its options", () => {
    const text = `new nn.Sequential({
  first: new nn.Sequential(new nn.Conv2d(1, 6, 5), new nn.ReLU()),
  second: new nn.MaxPool(2),
})`;
    const { rows, problem: found } = describeNetwork({ text, inputShape: [1, 28, 28] });
    expect(rows.map(({ path, outputShape }) => [path, outputShape])).toEqual([
      ["first.0", [1, 6, 24, 24]],
      ["first.1", [1, 6, 24, 24]],
    ]);
    expect(found).toMatchObject({ line: 3, column: 11 });
    expect(found?.text.en).toContain("did you mean MaxPool2d?");
  });

  it.each(["new nn.Flaten()", "new nn.Linear(7, 10)"])("keeps their order before %s", (wrong) => {
    const text = `new nn.Sequential(
      new nn.Sequential(new nn.Conv2d(1, 6, 5), new nn.ReLU()), new nn.MaxPool2d(2), ${wrong})`;
    const { rows } = describeNetwork({ text, inputShape: [1, 28, 28] });
    expect(rows.map(({ path, outputShape }) => [path, outputShape])).toEqual([
      ["0.0", [1, 6, 24, 24]],
      ["0.1", [1, 6, 24, 24]],
      ["1", [1, 6, 12, 12]],
    ]);
  });

  it("shows the layers before one that does not fit, and its place", () => {
    const text = `new nn.Sequential(
  new nn.Sequential(
    new nn.Conv2d(1, 6, 5),
    new nn.Conv2d(7, 16, 5),
  ),
  new nn.Flatten(),
)`;
    const { rows, problem: found } = describeNetwork({ text, inputShape: [1, 28, 28] });
    expect(rows.map(({ outputShape }) => outputShape)).toEqual([[1, 6, 24, 24]]);
    expect(found).toMatchObject({ line: 4, column: 5 });
    expect(found?.text.en).toContain("channels");
  });
});

describe("changing single layers", () => {
  const text =
    "new nn.Sequential(\n  new nn.ReLU(), // first\n  new nn.Sequential(new nn.Tanh(), new nn.ELU()),\n  new nn.Flatten(),\n)";
  const items = (from: string) => edit.itemsOf(parseNetwork(from));
  const names = (from: string | null) => items(from ?? "").map(({ layer }) => layer.name);
  const item = (at: number) => items(text)[at] as edit.Item;

  it("lists the layers in the order in which they run", () => {
    expect(names(text)).toEqual(["ReLU", "Tanh", "ELU", "Flatten"]);
  });

  it("moves, removes, replaces and adds, and keeps comments", () => {
    const moved = edit.moveLayer(text, item(1), 1);
    expect(names(moved)).toEqual(["ReLU", "ELU", "Tanh", "Flatten"]);
    expect(moved).toContain("// first");
    expect(edit.moveLayer(text, item(0), -1)).toBe(null);
    for (const at of [0, 1, 2, 3]) {
      const rest = ["ReLU", "Tanh", "ELU", "Flatten"].filter((_, i) => i !== at);
      expect(names(edit.removeLayer(text, item(at)))).toEqual(rest);
    }
    expect(names(edit.replaceLayer(text, item(2), "new nn.GELU()"))[2]).toBe("GELU");
    expect(names(edit.addLayer(text, "new nn.GELU()", item(1)))[2]).toBe("GELU");
    expect(names(edit.addLayer(text, "new nn.GELU()")).at(-1)).toBe("GELU");
    expect(names(edit.addLayer("new nn.Sequential()", "new nn.GELU()"))).toEqual(["GELU"]);
  });

  it("keeps names in step", () => {
    const named = "new nn.Sequential({\n  a: new nn.ReLU(),\n  b: new nn.Tanh(),\n})";
    const at = (from: string, position: number) => items(from)[position] as edit.Item;
    expect(items(named).map(({ path }) => path)).toEqual(["a", "b"]);
    const added = edit.addLayer(named, "new nn.ELU()", at(named, 0));
    expect(items(added).map(({ path, layer }) => [path, layer.name])).toEqual([
      ["a", "ReLU"],
      ["elu1", "ELU"],
      ["b", "Tanh"],
    ]);
    for (const position of [0, 1, 2]) {
      const left = ["a", "elu1", "b"].filter((_, i) => i !== position);
      const rest = edit.removeLayer(added, at(added, position));
      expect(items(rest).map(({ path }) => path)).toEqual(left);
    }
    const empty = edit.removeLayer(edit.removeLayer(named, at(named, 0)), at(named, 0));
    expect(names(empty)).toEqual([]);
    expect(names(edit.addLayer(empty, "new nn.ELU()"))).toEqual(["ELU"]);
  });

  it("loses nothing of what stands around an empty network or a single layer", () => {
    const empty = "// mine\nnew nn.Sequential(\n  // nothing yet\n);";
    expect(edit.addLayer(empty, "new nn.ELU()")).toBe(
      "// mine\nnew nn.Sequential(\n  // nothing yet\n  new nn.ELU(),\n);",
    );
    expect(names(edit.addLayer("new nn.ReLU()", "new nn.ELU()"))).toEqual(["ReLU", "ELU"]);
    expect(edit.addLayer("new nn.Sequential(new nn.ReLU())", "new nn.ELU()")).toBe(
      "new nn.Sequential(new nn.ReLU(),\n  new nn.ELU())",
    );
  });
});
