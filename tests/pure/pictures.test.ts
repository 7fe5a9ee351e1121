import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePng } from "../../src/interop/png.ts";
import {
  confusion,
  curves,
  type FlameKernel,
  flame,
  type SampleItem,
  samples,
} from "../../src/pictures/index.ts";
import { countScale, linearScale } from "../../src/pictures/scale.ts";
import { escapeXml, fitText, formatPercent } from "../../src/pictures/svg.ts";
import { DataError, ShapeError } from "../../src/tensor/errors.ts";

/** Throws unless tags are closed in order, attributes quoted and entities numeric; gives the texts. */
function parse(svg: string): { readonly tags: string[]; readonly texts: string[] } {
  const tags: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let position = 0;
  for (const match of svg.matchAll(token)) {
    expect(match.index, `markup at ${position}: ${svg.slice(position, position + 60)}`).toBe(
      position,
    );
    position += match[0].length;
    const [, closing, name, attributes, selfClosing, words] = match;
    if (words !== undefined) {
      if (open.at(-1) !== "style") expect(words).toMatch(/^(?:[^&]|&#\d+;)*$/);
      if (open.at(-1) === "text")
        texts.push(words.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
      continue;
    }
    expect(attributes).not.toMatch(/NaN|undefined|Infinity|null/);
    if (closing) expect(open.pop()).toBe(name);
    else {
      tags.push(name as string);
      if (!selfClosing) open.push(name as string);
    }
  }
  expect(position).toBe(svg.length);
  expect(open).toEqual([]);
  return { tags, texts };
}

const anyNumber = fc.oneof(
  fc.double({ min: 0, max: 3, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e9, 0, 1),
);
const countOf = (items: readonly string[], item: string): number =>
  items.filter((other) => other === item).length;

describe("curves", () => {
  const epochs = [0.6, 0.72, 0.8, 0.79].map((accuracy, i) => ({
    epoch: i + 1,
    loss: 2 / (i + 1),
    accuracy,
    validationLoss: 1.9 / (i + 1),
    validationAccuracy: accuracy - 0.01,
  }));

  it("draws four lines with their names and last values", () => {
    const { tags, texts } = parse(curves(epochs));
    expect(countOf(tags, "path")).toBe(4);
    expect(texts).toEqual(
      expect.arrayContaining([
        "train 0.500",
        "test 0.475",
        "train 79.0%",
        "test 78.0%",
        "epoch",
        "Accuracy, %",
      ]),
    );
    expect(texts).toContain("Test accuracy 78.0% after 4 epochs; best 79.0% after epoch 3.");
    expect(curves({ epochs })).toBe(curves(epochs));
  });

  it("keeps the names of near lines apart", () => {
    const svg = curves(epochs);
    const heights = [...svg.matchAll(/y="([\d.]+)" class="strong ringed \w+"/g)].map(([, y]) =>
      Number(y),
    );
    expect(heights).toHaveLength(4);
    const [loss1, loss2, accuracy1, accuracy2] = heights as [number, number, number, number];
    expect(Math.abs(loss1 - loss2)).toBeGreaterThanOrEqual(16);
    expect(Math.abs(accuracy1 - accuracy2)).toBeGreaterThanOrEqual(16);
  });

  it("draws one epoch as dots", () => {
    const { tags } = parse(curves(epochs.slice(0, 1)));
    expect(countOf(tags, "path")).toBe(0);
    expect(countOf(tags, "circle")).toBe(4);
  });

  it("interrupts a line where a value is missing", () => {
    const gap = epochs.map((point, i) => ({
      epoch: point.epoch,
      loss: i === 1 ? Number.NaN : 1,
      accuracy: i === 2 ? null : 0.5,
    }));
    const { tags, texts } = parse(curves(gap));
    // Loss: a dot, then epochs 3 and 4; accuracy: epochs 1 and 2, then a dot.
    expect(countOf(tags, "path")).toBe(2);
    expect(countOf(tags, "circle")).toBe(3);
    expect(texts).toContain("4 epochs, not tested.");
  });

  it("says that there is nothing yet", () => {
    expect(parse(curves([])).texts).toEqual(
      expect.arrayContaining(["No epoch is finished yet.", "no values"]),
    );
  });

  it("stays well-formed for any values", () => {
    const point = fc.record({
      loss: anyNumber,
      accuracy: anyNumber,
      validationLoss: anyNumber,
      validationAccuracy: anyNumber,
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 40 }), (points) => {
        parse(curves(points.map((values, i) => ({ epoch: i + 1, ...values }))));
      }),
      { numRuns: 50 },
    );
  });
});

describe("confusion", () => {
  it("shows counts, shares and the commonest mistake", () => {
    const { texts } = parse(
      confusion(
        [
          [1990, 10],
          [300, 700],
        ],
        ["cat", "dog"],
      ),
    );
    expect(texts).toEqual(expect.arrayContaining(["1,990", "10", "300", "700", "99.5%", "70.0%"]));
    expect(texts).toContain("2,690 of 3,000 images right (89.7%).");
    expect(texts).toContain("Most often: dog taken for cat, 300 times.");
  });

  it("leaves empty cells empty and knows rows without images", () => {
    const { tags, texts } = parse(
      confusion(
        [
          [5, 0],
          [0, 0],
        ],
        ["a", "b"],
      ),
    );
    expect(texts).toContain("no images");
    expect(texts).not.toContain("0");
    expect(texts.join()).not.toContain("Most often");
    expect(tags).toContain("linearGradient");
    expect(parse(confusion([[0]], ["a"])).texts).toContain("No images were classified.");
  });

  it("escapes names", () => {
    const name = `<script>alert("&")</script>\u0000`;
    const svg = confusion(
      [
        [1, 2],
        [3, 4],
      ],
      [name, "b"],
    );
    expect(parse(svg).tags).not.toContain("script");
    expect(svg).not.toContain("\u0000");
  });

  it("draws a hundred classes without counts", () => {
    const classes = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const { tags, texts } = parse(
      confusion(
        classes.map((_, i) => classes.map((_, j) => (i === j ? 7 : 0))),
        classes,
      ),
    );
    expect(countOf(tags, "rect")).toBeGreaterThanOrEqual(100);
    expect(texts).not.toContain("7");
  });

  it("refuses a matrix that does not fit the classes", () => {
    expect(() => confusion([[1, 2], [3]], ["a", "b"])).toThrow(ShapeError);
    expect(() => confusion([[1]], ["a", "b"])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: confusion: the matrix does not fit the classes
        matrix    1 x 1   truth x predicted
        classes   2]
    `);
    expect(() => confusion([], [])).toThrow(ShapeError);
  });
});

describe("samples", () => {
  const item = (truth: number, predicted: number, side = 28): SampleItem => ({
    pixels: Uint8Array.from({ length: side * side }, (_, i) => (i * 7) % 256),
    width: side,
    height: side,
    truth,
    predicted,
    probability: 0.625,
  });

  it("shows right and wrong answers apart, with the truth below wrong ones", () => {
    const { tags, texts } = parse(samples([item(0, 0), item(1, 0), item(1, 1)], ["cat", "dog"]));
    expect(countOf(tags, "image")).toBe(3);
    expect(texts).toEqual([
      "What the network saw",
      "its answer, and how sure it was",
      "Right",
      "cat",
      "62.5%",
      "dog",
      "62.5%",
      "Wrong",
      "cat",
      "62.5%",
      "is dog",
    ]);
  });

  it.each([28, 300])("embeds the pixels of a picture %i wide as they are", (side) => {
    const shown = item(0, 0, side);
    const [, base64] = /data:image\/png;base64,([^"]+)/.exec(
      samples([shown], ["cat"]),
    ) as unknown as [string, string];
    const image = decodePng(new Uint8Array(Buffer.from(base64, "base64")));
    expect(image).toMatchObject({ width: side, height: side, channels: 1 });
    expect(image.data).toEqual(shown.pixels);
  });

  it("is well-formed without images", () => {
    expect(parse(samples([], ["cat"])).tags).not.toContain("image");
  });

  it("refuses pixels and classes that do not fit", () => {
    expect(() => samples([{ ...item(0, 0), width: 27 }], ["cat"])).toThrow(ShapeError);
    expect(() => samples([item(0, 1)], ["cat"])).toThrow(DataError);
  });
});

describe("axes", () => {
  it("puts round ticks around the values", () => {
    const scale = linearScale([0.31, 2.3], [100, 0], { ticks: 5, reach: 0 });
    expect(scale.ticks.map(scale.format)).toEqual(["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
    expect(scale.at(0)).toBe(100);
    expect(scale.at(2.5)).toBe(0);
  });

  it("keeps limits and covers at least its span", () => {
    const scale = linearScale([99.2, 99.9], [100, 0], {
      ticks: 5,
      atLeast: 0,
      atMost: 100,
      span: 10,
    });
    expect(scale.ticks.map(scale.format)).toEqual(["90", "92", "94", "96", "98", "100"]);
    const low = linearScale([0.5], [100, 0], { ticks: 5, atLeast: 0, atMost: 100, span: 10 });
    expect(low.ticks[0]).toBe(0);
  });

  it("holds every value between its first and last tick", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (values) => {
          const { ticks, at } = linearScale(values, [0, 1], { ticks: 5 });
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThan(12);
          for (const value of values) {
            expect(at(value)).toBeGreaterThanOrEqual(-1e-6);
            expect(at(value)).toBeLessThanOrEqual(1 + 1e-6);
          }
        },
      ),
    );
  });

  it("counts epochs in whole numbers from the first to the last", () => {
    expect(countScale(1, 10, [0, 1], 12).ticks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(countScale(1, 100, [0, 1], 12).ticks).toEqual([
      1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
    ]);
    expect(countScale(1, 1, [0, 1], 12).ticks).toEqual([1]);
    expect(countScale(1, 57, [0, 1], 12).ticks.slice(-2)).toEqual([50, 57]);
  });
});

describe("text", () => {
  it("is safe in XML", () => {
    expect(escapeXml(`a<b & "c" 'd' \u0008\ud800\ufffe`)).toBe(
      "a&#60;b &#38; &#34;c&#34; &#39;d&#39; \ufffd",
    );
  });

  it("is cut where it would be too wide", () => {
    expect(fitText("ankle boot", 100)).toBe("ankle boot");
    expect(fitText("a very long name of a class", 60)).toBe("a very…");
  });

  it("never rounds to certainty", () => {
    expect([0, 1e-4, 0.5, 0.9999, 1].map(formatPercent)).toEqual([
      "0.0%",
      "<0.1%",
      "50.0%",
      ">99.9%",
      "100.0%",
    ]);
  });
});

describe("flame", () => {
  const kernel = (label: string, kind: string, phase: string, path: string, ms: number) => ({
    ...{ label, kind, phase, path, ms },
    ...{ gflopsPerSecond: 10, gigabytesPerSecond: 1 },
  });
  const kernels = [
    kernel("0.conv conv2d+bias", "conv forward", "forward", "0.conv", 4),
    kernel("1 matmul", "matmul", "forward", "1", 1),
    kernel("1 matmul", "matmul gradient", "backward", "1", 2),
    kernel("0.conv conv2dWeightGrad", "conv weight gradient", "backward", "0.conv", 2),
    kernel("mul+sub", "optimizer", "update", "", 0.5),
  ];
  const profile = (members: readonly FlameKernel[], stepMs: number) => {
    const kernelMs = members.reduce((sum, { ms }) => sum + ms, 0);
    const where = { backend: "wasm", threads: 2 };
    return { ...where, stepMs, kernelMs, overheadMs: stepMs - kernelMs, kernels: members };
  };
  /** Width and class of the box with this tooltip. */
  const boxOf = (svg: string, name: string) => {
    const pattern = new RegExp(
      `<title>${name}\n[^<]*</title><rect class="(\\S+)"[^>]* width="([\\d.]+)"`,
    );
    const [, colour, width] = pattern.exec(svg) ?? [];
    return { colour, width: Number(width) };
  };

  it("gives parts, modules and kernels widths by their times", () => {
    const svg = flame(profile(kernels, 10), { title: "lenet" });
    const { texts } = parse(svg);
    expect(texts).toEqual(
      expect.arrayContaining(["lenet", "step", "forward", "backward", "0.conv", "conv2d+bias"]),
    );
    expect(boxOf(svg, "step").width).toBeCloseTo(873, 0);
    // A pixel of each is the gap to the next box.
    expect(boxOf(svg, "forward").width + 1).toBeCloseTo(874 / 2, 1);
    expect(boxOf(svg, "backward").width + 1).toBeCloseTo(0.4 * 874, 1);
    expect(boxOf(svg, "0.conv conv2dWeightGrad").width + 1).toBeCloseTo(0.2 * 874, 1);
    expect(boxOf(svg, "0.conv").colour).toBe("bar");
    expect(boxOf(svg, "1 matmul").colour).not.toBe(boxOf(svg, "mul.sub").colour);
    expect(svg).toContain(
      "conv weight gradient, backward\n2.00 ms, 20.0% of the step\n10.0 GFLOP/s",
    );
  });

  it("fills the step where kernels overlap, and never draws over its edge", () => {
    const svg = flame(profile(kernels, 8));
    expect(boxOf(svg, "forward").width + 1).toBeCloseTo((5 / 9.5) * 874, 1);
    parse(svg);
  });

  it("stands any names, many kinds, and nothing at all", () => {
    const odd = Array.from({ length: 300 }, (_, i) =>
      kernel(
        `<${i}> & "x"`,
        `kind ${i % 12}`,
        "forward",
        `a.${i % 7}.b<`,
        i % 5 === 0 ? 0 : 0.01 * i,
      ),
    );
    expect(parse(flame(profile(odd, 500), { title: "<&>" })).texts).toContain("<&>");
    parse(flame(profile([], 0)));
  });
});
