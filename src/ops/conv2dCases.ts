// What convolution is tested with.
import type { Case } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Conv2dParams } from "./conv2dLoops.ts";
import { type Pair, slidingSize } from "./sizes.ts";

/** No stride, padding, dilation or groups. */
export const unit: Conv2dParams = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};

/** Shapes of x and weight, and what is between them: each serves the op and both of its gradients. */
export const geometries: readonly {
  name: string;
  x: Shape;
  weight: Shape;
  params: Conv2dParams;
}[] = [
  { name: "3×3", x: [2, 3, 5, 6], weight: [4, 3, 3, 3], params: unit },
  {
    name: "5×5, padding 2, one channel",
    x: [2, 1, 7, 7],
    weight: [6, 1, 5, 5],
    params: { ...unit, padding: [2, 2, 2, 2] },
  },
  {
    name: "stride 2, odd size",
    x: [1, 2, 7, 5],
    weight: [3, 2, 3, 3],
    params: { ...unit, stride: [2, 2] },
  },
  {
    name: "stride that leaves pixels over",
    x: [1, 2, 8, 7],
    weight: [3, 2, 3, 2],
    params: { ...unit, stride: [3, 2], padding: [1, 1, 0, 0] },
  },
  {
    name: "dilation 2",
    x: [2, 2, 7, 8],
    weight: [3, 2, 3, 3],
    params: { ...unit, dilation: [2, 2], padding: [2, 2, 1, 1] },
  },
  {
    name: "uneven padding",
    x: [1, 2, 4, 5],
    weight: [2, 2, 3, 2],
    params: { ...unit, padding: [0, 2, 1, 0] },
  },
  {
    name: "two groups",
    x: [2, 4, 5, 5],
    weight: [6, 2, 3, 3],
    params: { ...unit, groups: 2, padding: [1, 1, 1, 1] },
  },
  { name: "depthwise", x: [1, 5, 6, 6], weight: [5, 1, 3, 3], params: { ...unit, groups: 5 } },
  { name: "1×1", x: [3, 5, 3, 3], weight: [7, 5, 1, 1], params: unit },
  {
    name: "1×1, stride 2",
    x: [2, 4, 5, 5],
    weight: [3, 4, 1, 1],
    params: { ...unit, stride: [2, 2] },
  },
  { name: "a kernel as large as the image", x: [5, 2, 4, 4], weight: [9, 2, 4, 4], params: unit },
  {
    name: "more channels than a tile",
    x: [1, 17, 4, 4],
    weight: [19, 17, 3, 3],
    params: { ...unit, padding: [1, 1, 1, 1] },
  },
  {
    name: "a kernel larger than the image, with padding",
    x: [3, 2, 2, 3],
    weight: [5, 2, 5, 4],
    params: { ...unit, padding: [2, 2, 1, 2] },
  },
  {
    name: "stride larger than the kernel",
    x: [4, 2, 9, 10],
    weight: [3, 2, 2, 1],
    params: { ...unit, stride: [3, 4] },
  },
  {
    name: "depthwise with a channel multiplier, stride 2",
    x: [3, 3, 7, 5],
    weight: [6, 1, 3, 3],
    params: { ...unit, groups: 3, stride: [2, 2], padding: [1, 1, 1, 1] },
  },
  {
    name: "depthwise, 8 images",
    x: [8, 5, 5, 3],
    weight: [5, 1, 3, 3],
    params: { ...unit, groups: 5, padding: [1, 1, 1, 1] },
  },
  {
    name: "one pixel with padding",
    x: [5, 3, 1, 1],
    weight: [4, 3, 3, 3],
    params: { ...unit, padding: [1, 1, 1, 1] },
  },
  {
    name: "dilation with stride",
    x: [1, 2, 9, 11],
    weight: [3, 2, 3, 2],
    params: { ...unit, stride: [2, 3], dilation: [2, 3], padding: [1, 1, 2, 0] },
  },
  {
    name: "the same size from an even kernel",
    x: [2, 2, 5, 7],
    weight: [3, 2, 4, 2],
    params: { ...unit, padding: [1, 2, 0, 1] },
  },
  {
    name: "4 images of odd size, groups and stride",
    x: [4, 4, 7, 5],
    weight: [6, 2, 3, 3],
    params: { ...unit, groups: 2, stride: [2, 1], padding: [1, 0, 2, 1] },
  },
  {
    name: "groups of many channels, stride 2",
    x: [2, 16, 5, 6],
    weight: [18, 8, 3, 3],
    params: { ...unit, groups: 2, stride: [2, 2], padding: [1, 1, 1, 1] },
  },
  { name: "an empty batch", x: [0, 2, 4, 4], weight: [3, 2, 3, 3], params: unit },
];

/** What conv2d must not take. */
export const refused: readonly Case<Conv2dParams>[] = [
  {
    name: "an alpha channel",
    inputs: [{ shape: [8, 4, 32, 32] }, { shape: [16, 3, 3, 3] }],
    params: unit,
    refused:
      /conv2d: x has 4 channels, weight expects 3\n.*NCHW\n.*OIHW\n.*drop the alpha channel: x\.slice\(1, 0, 3\)/,
  },
  {
    name: "channels last",
    inputs: [{ shape: [8, 32, 32, 3] }, { shape: [16, 3, 3, 3] }],
    params: unit,
    refused: /x has 32 channels, weight expects 3[\s\S]*x\.permute\(0, 3, 1, 2\)/,
  },
  {
    name: "three axes",
    inputs: [{ shape: [3, 8, 8] }, { shape: [4, 3, 3, 3] }],
    params: unit,
    refused: /x has 3 axes[\s\S]*x\.unsqueeze\(0\)/,
  },
  {
    name: "a kernel too large",
    inputs: [{ shape: [1, 1, 2, 2] }, { shape: [1, 1, 3, 3] }],
    params: unit,
    refused: /a kernel of 3×3 does not fit into an image of 2×2/,
  },
  {
    name: "groups that do not divide",
    inputs: [{ shape: [1, 4, 5, 5] }, { shape: [3, 2, 3, 3] }],
    params: { ...unit, groups: 2 },
    refused: /3 output channels do not divide into 2 groups/,
  },
  {
    name: "bytes",
    inputs: [
      { shape: [1, 1, 5, 5], dtype: "uint8" },
      { shape: [1, 1, 3, 3], dtype: "uint8" },
    ],
    params: unit,
    refused: /conv2d: takes float32, got uint8/,
  },
];

/** Shape of y. */
export function outShape(x: Shape, weight: Shape, params: Conv2dParams): Shape {
  return [
    x[0] as number,
    weight[0] as number,
    ...slidingSize("conv2d", x, weight.slice(2) as unknown as Pair, params),
  ];
}
