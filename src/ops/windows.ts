// windows: every position of a sliding window as two axes of its own, without copying; foldWindows, its
// adjoint: sums what overlaps.
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { type Shape, sameShape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { viewOffsets } from "./loops.ts";
import { checkDomain } from "./pointwise.ts";
import { imageSizes, type Pair, slidingSize } from "./sizes.ts";
import { sameAxis, view } from "./view.ts";

/** Where windows stand in an image. @internal */
export interface WindowsParams {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

interface FoldParams extends WindowsParams {
  /** Height and width of the image. */
  readonly size: Pair;
}

/** Windows worth testing: side by side, overlapping, dilated, not reaching the edge, none. */
export const windowGeometries: readonly { name: string; x: Shape; params: WindowsParams }[] = [
  {
    name: "2×2, side by side",
    x: [2, 3, 4, 6],
    params: { kernel: [2, 2], stride: [2, 2], dilation: [1, 1] },
  },
  {
    name: "3×3, overlapping",
    x: [1, 2, 5, 4],
    params: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
  },
  {
    name: "3×3, stride 2, pixels over",
    x: [1, 2, 6, 7],
    params: { kernel: [3, 3], stride: [2, 2], dilation: [1, 1] },
  },
  {
    name: "2×3, dilated",
    x: [2, 1, 5, 7],
    params: { kernel: [2, 3], stride: [1, 2], dilation: [2, 1] },
  },
  {
    name: "stride larger than the window",
    x: [3, 1, 7, 9],
    params: { kernel: [2, 1], stride: [3, 4], dilation: [1, 1] },
  },
  {
    name: "one pixel",
    x: [5, 3, 1, 1],
    params: { kernel: [1, 1], stride: [2, 2], dilation: [1, 1] },
  },
  {
    name: "the whole image",
    x: [4, 2, 3, 5],
    params: { kernel: [3, 5], stride: [1, 1], dilation: [1, 1] },
  },
  {
    name: "4 images of odd size, dilation with stride",
    x: [4, 1, 7, 9],
    params: { kernel: [2, 2], stride: [2, 3], dilation: [3, 2] },
  },
  {
    name: "an empty batch",
    x: [0, 1, 4, 4],
    params: { kernel: [2, 2], stride: [2, 2], dilation: [1, 1] },
  },
];

/** Shape of the windows of an image batch. @internal */
export function windowsShape(
  op: string,
  image: Shape,
  { kernel, stride, dilation }: WindowsParams,
): Shape {
  return [
    ...image.slice(0, 2),
    ...slidingSize(op, image, kernel, { stride, padding: [0, 0, 0, 0], dilation }),
    ...kernel,
  ];
}

function windowsMap({ stride, dilation }: WindowsParams) {
  const along = (axis: 0 | 1) => ({
    constant: 0,
    terms: [
      { axis: axis + 2, factor: stride[axis] },
      { axis: axis + 4, factor: dilation[axis] },
    ],
  });
  return [sameAxis(0), sameAxis(1), along(0), along(1)];
}

export const windowsOp = view<WindowsParams>({
  name: "windows",
  shape(input, params) {
    imageSizes("windows", "x", { shape: input, dtype: "float32" });
    return windowsShape("windows", input, params);
  },
  map: (_input, _output, params) => windowsMap(params),
  backward: (grad, x, params) =>
    foldWindows(grad, params, [x.shape[2] as number, x.shape[3] as number]),
  cases: [
    ...windowGeometries.map(({ name, x, params }) => ({ name, inputs: [{ shape: x }], params })),
    {
      name: "a window too large",
      inputs: [{ shape: [1, 1, 2, 2] }],
      params: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
      refused: /a kernel of 3×3 does not fit into an image of 2×2/,
    },
  ],
});

export const foldWindowsOp = defineOp<FoldParams>({
  name: "foldWindows",
  shape([input], { size, ...params }) {
    const { shape, dtype } = input as TensorType;
    checkDomain("foldWindows", dtype, "float");
    const image = [...shape.slice(0, 2), ...size];
    const expected = windowsShape("foldWindows", image, params);
    if (!sameShape(shape, expected)) {
      throw shapeError("foldWindows", "these are not the windows of such an image", {
        windows: shape,
        expected,
        image,
      });
    }
    return { shape: image, dtype };
  },
  backward: ({ grad, params: { size: _, ...params } }) => [windows(grad, params)],
  reference([input], output, params) {
    const { data, shape } = input as ReferenceArray;
    const offsets = viewOffsets(output.shape, shape, windowsMap(params));
    output.data.fill(0);
    for (let i = 0; i < data.length; i++) {
      const at = offsets[i] as number;
      output.data[at] = (output.data[at] as number) + (data[i] as number);
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    ...windowGeometries.map(({ name, x, params }) => ({
      name,
      inputs: [{ shape: windowsShape("windows", x, params) }],
      params: { ...params, size: x.slice(2) as unknown as Pair },
    })),
    {
      name: "windows of another image",
      inputs: [{ shape: [1, 1, 2, 2, 2, 2] }],
      params: { kernel: [2, 2], stride: [2, 2], dilation: [1, 1], size: [6, 6] },
      refused: /these are not the windows of such an image/,
    },
  ],
});

/**
 * All positions of a sliding window: `y[n, c, i, j, u, v] = x[n, c, i·stride + u·dilation, j·stride + v·dilation]`.
 * @param x image batch, NCHW
 * @returns `[batch, channels, outHeight, outWidth, kernelHeight, kernelWidth]`
 * @throws ShapeError if the window does not fit into the image
 * @internal
 */
export function windows(x: Tensor, params: WindowsParams): Tensor {
  return apply(windowsOp, [x], params);
}

/** The adjoint of {@link windows}: each pixel of an image of this size is the sum of its copies in the windows. @internal */
export function foldWindows(x: Tensor, params: WindowsParams, size: Pair): Tensor {
  return apply(foldWindowsOp, [x], { ...params, size });
}
