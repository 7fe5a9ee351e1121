// What one output pixel sees, against fields worked out by hand.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { receptiveField } from "../../src/inspect/index.ts";
import { lenet, resnet18 } from "../../src/models/index.ts";
import { AvgPool2d, Conv2d, MaxPool2d, Module, ReLU, Sequential } from "../../src/nn/index.ts";
import { concat } from "../../src/ops/index.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

const last = (net: Module, side: number) => {
  const { size, stride, offset } = receptiveField(net, [1, 1, side, side]).at(-1) ?? {};
  return { size, stride, offset };
};

class Branched extends Module {
  readonly narrow = new Conv2d(1, 2, 1);
  readonly wide = new Conv2d(1, 2, 5, { padding: 2 });
  readonly after = new ReLU();
  override forward(x: Tensor): Tensor {
    return this.after.forward(concat([this.narrow.forward(x), this.wide.forward(x)], 1));
  }
}

class Residual extends Module {
  readonly inner = new Conv2d(1, 1, 3, { padding: 1 });
  readonly after = new ReLU();
  override forward(x: Tensor): Tensor {
    return this.after.forward(this.inner.forward(x).add(x));
  }
}

describe("receptiveField", () => {
  it("grows by kernel minus one at stride 1", () => {
    const net = new Sequential(new Conv2d(1, 1, 2), new Conv2d(1, 1, 2));
    expect(receptiveField(net, [1, 1, 8, 8]).map(({ size }) => size)).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it("grows faster after a stride, and begins in the padding", () => {
    const net = new Sequential(
      new Conv2d(1, 1, 7, { stride: 2, padding: 3 }),
      new MaxPool2d(3, { stride: 2, padding: 1 }),
    );
    expect(last(net, 32)).toEqual({ size: [11, 11], stride: [4, 4], offset: [-5, -5] });
  });

  it("passes through batch normalisation as it is: ResNet-18's last block sees 435 pixels", () => {
    const blocks = receptiveField(resnet18(), [1, 1, 96, 96]).filter(
      ({ stride }) => stride[0] === 32,
    );
    expect(blocks.at(-1)).toMatchObject({ path: "4.1.bn2", size: [435, 435] });
  });

  it("tells the axes apart, and counts dilation", () => {
    const net = new Sequential(
      new AvgPool2d([1, 2]),
      new Conv2d(1, 1, [3, 5], { padding: [0, 1], dilation: [2, 1] }),
    );
    expect(last(net, 16)).toEqual({ size: [5, 10], stride: [1, 2], offset: [0, -2] });
  });

  it("joins branches", () => {
    expect(last(new Branched(), 8)).toEqual({ size: [5, 5], stride: [1, 1], offset: [-2, -2] });
    const net = new Sequential(new Residual(), new Residual());
    expect(last(net, 8)).toEqual({ size: [5, 5], stride: [1, 1], offset: [-2, -2] });
  });

  it("walks through LeNet, whose dense layers see everything", () => {
    const net = lenet();
    const layers = receptiveField(net, [1, 1, 28, 28]);
    expect(layers.map(({ size, stride }) => [size[0], stride[0]])).toEqual([
      ...[5, 5].map((n) => [n, 1]),
      [6, 2],
      ...[14, 14].map((n) => [n, 2]),
      [16, 4],
      ...layers.slice(6).map(() => [28, 0]),
    ]);
    expect(net.training).toBe(true);
  });

  it("refuses what is not an image", () => {
    expect(() => receptiveField(lenet(), [1, 28, 28])).toThrow(/the input is not an image batch/);
  });
});
