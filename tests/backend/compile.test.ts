// Networks compiled for use: the same outputs as a forward pass, with what follows from the weights computed once.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compile, manualSeed, models, nn, noGrad, setBackend, Tensor } from "../../src/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import { gpuNames } from "./gpu.ts";

const inputOf = (shape: readonly number[]): Float32Array => {
  const random = new Generator(5);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
};

const forward = async (net: nn.Module, shape: readonly number[]): Promise<Float32Array> => {
  net.eval();
  return (await noGrad(() =>
    net.forward(Tensor.from(inputOf(shape), { shape })),
  ).data()) as Float32Array;
};

describe.each(["wasm", "reference", ...gpuNames])("compile on %s", (backend) => {
  beforeEach(() => {
    setBackend(backend);
    manualSeed(1);
  });
  afterEach(() => setBackend("auto"));

  it.each([
    ["lenet", {}, [1, 1, 28, 28]],
    ["lenet", { batchNorm: true }, [3, 1, 28, 28]],
    ["resnet18", { width: 0.25 }, [1, 1, 32, 32]],
    ["mobilenetV2", { width: 0.25 }, [1, 1, 32, 32]],
  ] as const)(
    "%s %j gives what a forward pass gives: %j",
    {
      timeout: 120_000,
    },
    async (name, options, shape) => {
      // The others take long where loops are interpreted, or shaders compiled for a processor.
      if (backend !== "wasm" && name !== "lenet") return;
      const net = models.createModel(name, options);
      const expected = await forward(net, shape);
      net.train();
      const compiled = compile(net, shape);
      expect(compiled.outputShape).toEqual([shape[0], 10]);
      const found = await compiled.run(inputOf(shape));
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      found.forEach((value, i) => {
        expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-5 * largest);
      });
      // Again, with other values in between.
      await compiled.run(new Float32Array(inputOf(shape).length));
      expect(await compiled.run(inputOf(shape))).toEqual(found);
      expect(net.training).toBe(true);
    },
  );

  it("keeps to the parameters of its making until it is refreshed", async () => {
    const net = new nn.Sequential(new nn.Conv2d(8, 8, 3, { padding: 1 }), new nn.BatchNorm2d(8));
    const shape = [1, 8, 6, 6];
    const compiled = compile(net, shape, { output: (y) => y.mean() });
    const before = await compiled.run(inputOf(shape));
    const weight = (net.at(0) as nn.Conv2d).weight;
    const values = (await weight.data()) as Float32Array;
    weight.write(values.map((value) => 2 * value));
    compiled.refresh();
    const after = await compiled.run(inputOf(shape));
    expect(after[0]).not.toBeCloseTo(before[0] as number, 3);
    const [expected] = await compile(net, shape, { output: (y) => y.mean() }).run(inputOf(shape));
    expect(after[0]).toBe(expected);
  });

  it("refuses an input of another length, and options it does not know", async () => {
    const compiled = compile(new nn.Linear(4, 2), [1, 4]);
    await expect(compiled.run(new Float32Array(3))).rejects.toThrow(/3 values[\s\S]*4 values/);
    expect(() => compile(new nn.Linear(4, 2), [1, 5])).toThrow(/ShapeError|expects/);
    expect(() => compile(new nn.Linear(4, 2), [1, 4], { outptu: 1 } as never)).toThrow(/output/);
  });
});
