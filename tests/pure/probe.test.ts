// What the page Probe works out, against the same done by hand: numbers of units, occlusion, saliency, Grad-CAM.
import { describe, expect, it } from "vitest";
import {
  Generator,
  manualSeed,
  models,
  nn,
  noGrad,
  setBackend,
  softmax,
  Tensor,
} from "../../src/index.ts";
import { gradCam, saliency } from "../../studio/src/engine/probe/gradients.ts";
import { occlusion, patchStarts } from "../../studio/src/engine/probe/occlusion.ts";
import { type Snapshot, snapshotOf } from "../../studio/src/engine/probe/snapshot.ts";
import { unitOf } from "../../studio/src/engine/probe/unit.ts";

// Before the layers of the lists below are made.
setBackend("wasm");

/** A picture of numbers around 0. */
function picture(shape: readonly number[], seed = 7): Tensor {
  const generator = new Generator(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return Tensor.from(
    Float32Array.from({ length: size }, () => 2 * generator.uniform() - 1),
    { shape },
  );
}

/** Every so many units of a layer, corners and edges among them. */
function someUnits(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (units, size) => {
      const places = [...new Set([0, Math.floor(size / 2), size - 1])];
      return units.flatMap((unit) => places.map((place) => [...unit, place]));
    },
    [[]],
  );
}

async function expectArithmetic(snapshot: Snapshot): Promise<string[]> {
  const kinds: string[] = [];
  for (const [layer, { output, path }] of snapshot.layers.entries()) {
    for (const unit of someUnits(output.shape)) {
      const { arithmetic, value } = await unitOf(snapshot, layer, unit);
      kinds.push(arithmetic.kind);
      expect(arithmetic.result, `${path} ${arithmetic.kind} ${unit}`).not.toBeNull();
      expect(Math.abs((arithmetic.result as number) - value), `${path} ${unit}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(value)),
      );
    }
  }
  return [...new Set(kinds)].sort();
}

describe("the arithmetic of a unit is the number that the layer gives", () => {
  const convolutions: readonly (readonly [string, nn.Module, readonly number[]])[] = [
    ["plain", new nn.Conv2d(2, 3, 3), [1, 2, 7, 6]],
    [
      "padding and stride",
      new nn.Conv2d(1, 2, [3, 5], { stride: [2, 3], padding: [1, 2] }),
      [1, 1, 9, 11],
    ],
    ["four paddings", new nn.Conv2d(1, 2, 3, { padding: [0, 2, 1, 0] }), [1, 1, 5, 5]],
    ["same, even kernel", new nn.Conv2d(2, 2, 4, { padding: "same" }), [1, 2, 6, 6]],
    ["dilation", new nn.Conv2d(2, 2, 3, { dilation: [2, 3], padding: 3 }), [1, 2, 9, 9]],
    [
      "groups, no bias",
      new nn.Conv2d(4, 6, 3, { groups: 2, bias: false, padding: 1 }),
      [1, 4, 5, 5],
    ],
    ["depthwise", new nn.Conv2d(4, 4, 3, { groups: 4, stride: 2, padding: 1 }), [1, 4, 7, 7]],
    [
      "reflected padding",
      new nn.Conv2d(1, 2, 5, { padding: 2, paddingMode: "reflect" }),
      [1, 1, 6, 6],
    ],
    [
      "continued padding",
      new nn.Conv2d(1, 2, 3, { padding: 1, paddingMode: "replicate" }),
      [1, 1, 6, 6],
    ],
    [
      "circular padding",
      new nn.Conv2d(1, 2, 3, { padding: 1, paddingMode: "circular" }),
      [1, 1, 6, 6],
    ],
  ];
  it.each(convolutions)("convolution: %s", async (_, layer, shape) => {
    const snapshot = await snapshotOf(new nn.Sequential(layer, new nn.Flatten()), picture(shape));
    expect(await expectArithmetic(snapshot)).toEqual(["convolution", "copy"]);
  });

  const pools: readonly (readonly [string, nn.Module])[] = [
    ["max", new nn.MaxPool2d(2)],
    [
      "max with padding, stride and dilation",
      new nn.MaxPool2d(3, { stride: 2, padding: 1, dilation: 2 }),
    ],
    ["max that sticks out", new nn.MaxPool2d(2, { ceilMode: true })],
    ["average", new nn.AvgPool2d(3, { stride: 2 })],
    ["average with padding", new nn.AvgPool2d(3, { padding: 1, stride: 2 })],
    [
      "average of what is inside",
      new nn.AvgPool2d(3, { padding: 1, stride: 2, countIncludePad: false }),
    ],
    ["average that sticks out", new nn.AvgPool2d(2, { ceilMode: true })],
    ["average with a divisor", new nn.AvgPool2d(2, { divisorOverride: 3 })],
    ["adaptive average", new nn.AdaptiveAvgPool2d([2, 4])],
    ["adaptive max", new nn.AdaptiveMaxPool2d(2)],
    ["of the whole picture", new nn.GlobalAvgPool2d()],
  ];
  it.each(pools)("pooling: %s", async (_, layer) => {
    const snapshot = await snapshotOf(
      new nn.Sequential(layer, new nn.Flatten()),
      picture([1, 2, 9, 7]),
    );
    expect(await expectArithmetic(snapshot)).toEqual(["copy", "pool"]);
  });

  it("max pooling names the number that won", async () => {
    const x = Tensor.from([
      [
        [
          [1, 5],
          [7, 3],
        ],
      ],
    ]);
    const net = new nn.Sequential(new nn.MaxPool2d(2), new nn.Flatten());
    const { arithmetic } = await unitOf(await snapshotOf(net, x), 0, [0, 0, 0]);
    expect(arithmetic).toMatchObject({
      winner: [1, 0],
      result: 7,
      inputs: [
        [1, 5],
        [7, 3],
      ],
    });
  });

  it("dense layers, normalisation and activations", async () => {
    const net = new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.BatchNorm2d(4),
      new nn.LeakyReLU({ negativeSlope: 0.1 }),
      new nn.Conv2d(4, 4, 1),
      new nn.BatchNorm2d(4, { trackRunningStats: false }),
      new nn.Sigmoid(),
      new nn.Flatten(),
      new nn.Dropout(0.5),
      new nn.Linear(64, 8),
      new nn.Tanh(),
      new nn.ELU(),
      new nn.SiLU(),
      new nn.Hardswish(),
      new nn.GELU({ approximate: "tanh" }),
      new nn.Linear(8, 3, { bias: false }),
    );
    // Running statistics other than 0 and 1.
    net.forward(picture([8, 1, 6, 6], 3));
    const snapshot = await snapshotOf(net, picture([1, 1, 6, 6]));
    expect(await expectArithmetic(snapshot)).toEqual([
      "activation",
      "convolution",
      "copy",
      "linear",
      "normalization",
    ]);
    expect(net.at(1)?.training).toBe(true);
  });

  it("residual, inception, dense and inverted residual blocks", async () => {
    const net = new nn.Sequential(
      new models.Residual(2, 2),
      new models.Residual(2, 4, { stride: 2 }),
      new models.Inception(4, [2, [2, 3], [1, 2], 2]),
      new models.DenseBlock(2, 9, 2),
      new models.TransitionBlock(13, 4),
      new models.InvertedResidual(4, 4),
      new models.InvertedResidual(4, 6, { stride: 2 }),
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      new nn.Linear(6, 3),
    );
    const snapshot = await snapshotOf(net, picture([1, 2, 12, 12]));
    const blocks = snapshot.layers
      .filter(({ module }) => module.children().length > 0)
      .map(({ path }) => path);
    expect(blocks).toEqual(expect.arrayContaining(["0", "1", "2", "3", "4", "5", "6"]));
    for (const path of ["0", "1", "2", "3", "4", "5", "6"]) {
      const layer = snapshot.layers.findIndex((each) => each.path === path);
      for (const unit of someUnits(snapshot.layers[layer]?.output.shape ?? [])) {
        const { arithmetic, value } = await unitOf(snapshot, layer, unit);
        expect(arithmetic.kind).toBe("block");
        expect(Math.abs((arithmetic.result as number) - value), `${path} ${unit}`).toBeLessThan(
          1e-5,
        );
      }
    }
  });

  it("marks what a unit sees, and refuses units that are not there", async () => {
    const net = new nn.Sequential(
      new nn.Conv2d(1, 2, 5, { padding: 2 }),
      new nn.MaxPool2d(2),
      new nn.Conv2d(2, 3, 3),
    );
    const snapshot = await snapshotOf(net, picture([1, 1, 12, 12]));
    expect((await unitOf(snapshot, 2, [1, 2, 3])).field).toEqual({
      x: 4,
      y: 2,
      width: 10,
      height: 10,
    });
    await expect(unitOf(snapshot, 2, [3, 0, 0])).rejects.toThrow("there is no unit 3, 0, 0");
    await expect(unitOf(snapshot, 9, [0])).rejects.toThrow("there is no unit");
  });
});

/** Two convolutions and a dense layer: small enough to do by hand. */
function smallNet(): nn.Sequential {
  manualSeed(11);
  return new nn.Sequential(
    new nn.Conv2d(2, 4, 3, { padding: 1 }),
    new nn.Tanh(),
    new nn.Conv2d(4, 5, 3, { stride: 2 }),
    new nn.Tanh(),
    new nn.Flatten(),
    new nn.Linear(5 * 3 * 2, 3),
  );
}
const shape = [1, 2, 7, 6];
const scoreOf = async (net: nn.Module, x: Tensor, target: number): Promise<number> =>
  noGrad(() => net.forward(x))
    .select(1, target)
    .item();

describe("occlusion", () => {
  it("places patches so that every pixel is covered", () => {
    expect(patchStarts(7, 3, 2)).toEqual([0, 2, 4]);
    expect(patchStarts(8, 3, 2)).toEqual([0, 2, 4, 5]);
    expect(patchStarts(5, 9, 2)).toEqual([0]);
  });

  it.each([1, 4, 100])("is what each patch takes away, in batches of %i", async (batch) => {
    const [net, x] = [smallNet(), picture(shape)];
    const grey = [0.3, -0.2];
    const told: number[] = [];
    const map = await occlusion(
      net,
      x,
      { target: 1, patch: 3, stride: 2, grey, batch },
      (job) => job(),
      (done) => {
        told.push(done);
        return true;
      },
    );
    const pixels = await x.data();
    const share = async (values: Float32Array): Promise<number> =>
      softmax(net.forward(Tensor.from(values, { shape })), 1)
        .select(1, 1)
        .item();
    const before = await share(Float32Array.from(pixels));
    const expected: number[] = [];
    const sums = Array.from({ length: 42 }, () => [] as number[]);
    for (const top of [0, 2, 4]) {
      for (const left of [0, 2, 3]) {
        const hidden = Float32Array.from(pixels, (value, i) => {
          const [c, y, column] = [Math.floor(i / 42), Math.floor(i / 6) % 7, i % 6];
          const isUnder = y >= top && y < top + 3 && column >= left && column < left + 3;
          return isUnder ? (grey[c] as number) : value;
        });
        const drop = before - (await share(hidden));
        expected.push(drop);
        for (let y = top; y < top + 3; y++)
          for (let column = left; column < left + 3; column++) sums[y * 6 + column]?.push(drop);
      }
    }
    expect([map?.rows, map?.columns]).toEqual([3, 3]);
    expect(map?.probability).toBeCloseTo(before, 6);
    for (const [i, drop] of expected.entries()) expect(map?.drops[i]).toBeCloseTo(drop, 6);
    for (const [i, own] of sums.entries())
      expect(map?.pixels[i]).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 6);
    expect(told.at(-1)).toBe(9);
  });

  it("ends when it is told to", async () => {
    const options = { target: 0, patch: 2, stride: 1, grey: [0, 0], batch: 4 };
    expect(
      await occlusion(
        smallNet(),
        picture(shape),
        options,
        (job) => job(),
        (done) => done < 8,
      ),
    ).toBeNull();
  });
});

describe("saliency", () => {
  it("is the slope of the score for each pixel", async () => {
    const [net, x] = [smallNet(), picture(shape)];
    const gradient = await saliency(net, x, 2);
    const pixels = await x.data();
    const step = 1e-2;
    const along = async (i: number, by: number): Promise<number> =>
      scoreOf(
        net,
        Tensor.from(
          Float32Array.from(pixels, (v, k) => (k === i ? v + by : v)),
          { shape },
        ),
        2,
      );
    for (const i of [0, 5, 17, 40, 41, 42, 66, 83]) {
      const slope = ((await along(i, step)) - (await along(i, -step))) / (2 * step);
      expect(Math.abs((gradient[i] as number) - slope), String(i)).toBeLessThan(2e-4);
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.01);
  });
});

describe("Grad-CAM", () => {
  it("is the rectified sum of the maps, each weighed by its mean slope", async () => {
    const [net, x] = [smallNet(), picture(shape)];
    const cam = await gradCam(net, x, 0, "2");
    // The maps, and the slopes by moving each of their numbers a little.
    const maps = Float32Array.from(await noGrad(() => net.slice(0, 3).forward(x)).data());
    const mapShape = [1, 5, 3, 2];
    const above = net.slice(3);
    const step = 1e-2;
    const slopes: number[] = [];
    for (let i = 0; i < maps.length; i++) {
      const moved = (by: number) =>
        scoreOf(
          above,
          Tensor.from(
            Float32Array.from(maps, (v, k) => (k === i ? v + by : v)),
            { shape: mapShape },
          ),
          0,
        );
      slopes.push(((await moved(step)) - (await moved(-step))) / (2 * step));
    }
    const alpha = Array.from(
      { length: 5 },
      (_, k) => slopes.slice(6 * k, 6 * k + 6).reduce((a, b) => a + b, 0) / 6,
    );
    const expected = Array.from({ length: 6 }, (_, i) =>
      Math.max(
        0,
        alpha.reduce((sum, weight, k) => sum + weight * (maps[6 * k + i] as number), 0),
      ),
    );
    expect([cam?.rows, cam?.columns, cam?.pixels.length]).toEqual([3, 2, 42]);
    for (const [k, weight] of alpha.entries())
      expect(Math.abs((cam?.weights[k] as number) - weight)).toBeLessThan(2e-4);
    for (const [i, value] of expected.entries())
      expect(Math.abs((cam?.map[i] as number) - value)).toBeLessThan(5e-4);
    expect(Math.max(...expected)).toBeGreaterThan(0.001);
    // Corners of the large map are corners of the small one.
    expect(cam?.pixels[0]).toBeCloseTo(cam?.map[0] as number, 6);
    expect(cam?.pixels[41]).toBeCloseTo(cam?.map[5] as number, 6);
  });

  it("knows no maps where there are none", async () => {
    expect(await gradCam(smallNet(), picture(shape), 0, "5")).toBeNull();
    expect(await gradCam(smallNet(), picture(shape), 0, "nowhere")).toBeNull();
  });
});
