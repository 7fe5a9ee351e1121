// maxWindowsGrad and maxWindowsTake: what happens at the first maximum of each sliding window. The one
// puts a value there, the other takes one from there; each is the gradient of the other.
import { DtypeError } from "../tensor/errors.ts";
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { type Shape, sameShape, shapeError, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { padImage } from "./pooling.ts";
import type { Border } from "./sizes.ts";
import { type WindowsParams, windowGeometries, windowsShape } from "./windows.ts";

/** Windows that also reach over a border of −∞ around the image. @internal */
export interface MaxWindowsParams extends WindowsParams {
  readonly border: Border;
}

const noBorder: Border = [0, 0, 0, 0];

const tied = [1, 1, Number.NaN, 0, 1, 0, 5, Number.NaN, 2, 2, -1, -1, 2, 2, -1, -1];

/** Borders worth testing: overlapping windows of even and odd images, uneven, wide, with dilation, more than a vector. */
const borders: readonly { name: string; x: Shape; params: MaxWindowsParams }[] = [
  {
    name: "3×3, stride 2, border 1",
    x: [4, 2, 6, 5],
    params: { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], border: [1, 1, 1, 1] },
  },
  {
    name: "3×3, stride 2, border 1, 37 columns",
    x: [3, 2, 4, 37],
    params: { kernel: [3, 3], stride: [2, 2], dilation: [1, 1], border: [1, 1, 1, 1] },
  },
  {
    name: "another border on each side",
    x: [1, 1, 7, 5],
    params: { kernel: [4, 3], stride: [3, 1], dilation: [1, 1], border: [2, 0, 0, 1] },
  },
  {
    name: "dilated, with a border",
    x: [2, 1, 8, 9],
    params: { kernel: [2, 3], stride: [2, 3], dilation: [3, 2], border: [1, 2, 1, 0] },
  },
  {
    name: "side by side, with a border",
    x: [16, 1, 5, 9],
    params: { kernel: [2, 3], stride: [2, 3], dilation: [1, 1], border: [0, 1, 1, 2] },
  },
];

function repeated(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => values[(i * 7) % values.length] as number);
}

function outShape(op: string, x: Shape, params: WindowsParams): Shape {
  return windowsShape(op, x, params).slice(0, 4);
}

export const maxWindowsGradOp = defineOp<MaxWindowsParams>({
  name: "maxWindowsGrad",
  shape(inputs, params) {
    const [x, grad] = inputs as readonly [TensorType, TensorType];
    requireFloats("maxWindowsGrad", inputs);
    const expected = outShape("maxWindowsGrad", withBorder(x.shape, params.border), params);
    if (!sameShape(grad.shape, expected)) {
      throw shapeError("maxWindowsGrad", "not one number for each window", {
        grad: grad.shape,
        windows: expected,
      });
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  // What lies in the border takes nothing: a gradient of 0 there.
  backward: ({ grad, inputs: [x], params: { border, ...windows } }) => {
    const image = padImage(x as Tensor, border, Number.NEGATIVE_INFINITY);
    return [null, maxWindowsTake(image, padImage(grad, border, 0), windows)];
  },
  reference(inputs, output, params) {
    const [x, grad] = inputs as readonly [ReferenceArray, ReferenceArray];
    output.data.fill(0);
    forMaxima(x, grad.shape, params, (at, window) => {
      if (at >= 0) output.data[at] = (output.data[at] as number) + (grad.data[window] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: [
    ...maxCases(
      "a gradient for too few windows",
      (x, params) => outShape("windows", x, params),
      [1, 1, 1, 2],
      /not one number for each window/,
    ).map((given) => ({ ...given, params: { ...given.params, border: noBorder } })),
    ...borders.map(({ name, x, params }) => ({
      name,
      inputs: [
        { shape: x, values: "distinct" as const },
        { shape: outShape("windows", withBorder(x, params.border), params) },
      ],
      params,
    })),
    ...borders.map(({ name, x, params }) => ({
      name: `${name}, ties and NaN`,
      inputs: [
        { shape: x, values: { data: repeated(tied, sizeOf(x)) } },
        { shape: outShape("windows", withBorder(x, params.border), params) },
      ],
      params,
      gradient: false as const,
    })),
  ],
});

export const maxWindowsTakeOp = defineOp<WindowsParams>({
  name: "maxWindowsTake",
  shape(inputs, params) {
    const [x, values] = inputs as readonly [TensorType, TensorType];
    requireFloats("maxWindowsTake", inputs);
    if (!sameShape(x.shape, values.shape)) {
      throw shapeError("maxWindowsTake", "not one value for each pixel", {
        x: x.shape,
        values: values.shape,
      });
    }
    return { shape: outShape("maxWindowsTake", x.shape, params), dtype: x.dtype };
  },
  backward: ({ grad, inputs: [x], params }) => [
    null,
    maxWindowsGrad(x as Tensor, grad, { ...params, border: noBorder }),
  ],
  reference(inputs, output, params) {
    const [x, values] = inputs as readonly [ReferenceArray, ReferenceArray];
    forMaxima(x, output.shape, { ...params, border: noBorder }, (at, window) => {
      output.data[window] = values.data[at] as number;
    });
  },
  lowering: { kind: "kernel" },
  cases: maxCases(
    "values of another shape",
    (x) => x,
    [1, 1, 3, 4],
    /not one value for each pixel/,
  ),
});

function maxCases(
  refusedName: string,
  second: (x: Shape, params: WindowsParams) => Shape,
  wrong: Shape,
  refused: RegExp,
): Case<WindowsParams>[] {
  const params: WindowsParams = { kernel: [2, 2], stride: [2, 2], dilation: [1, 1] };
  return [
    ...windowGeometries.map(
      (geometry): Case<WindowsParams> => ({
        name: geometry.name,
        inputs: [
          { shape: geometry.x, values: "distinct" },
          { shape: second(geometry.x, geometry.params) },
        ],
        params: geometry.params,
      }),
    ),
    {
      name: "ties and NaN",
      inputs: [
        { shape: [1, 1, 4, 4], values: { data: tied } },
        { shape: second([1, 1, 4, 4], params) },
      ],
      params,
      gradient: false,
    },
    { name: refusedName, inputs: [{ shape: [1, 1, 4, 4] }, { shape: wrong }], params, refused },
  ];
}

function withBorder(x: Shape, [top, bottom, left, right]: Border): Shape {
  const [batch, channels, height, width] = x as readonly [number, number, number, number];
  return [batch, channels, height + top + bottom, width + left + right];
}

/** Calls `visit` with the position of each window's first maximum, -1 for the border; NaN counts as the maximum. */
function forMaxima(
  { data, shape }: ReferenceArray,
  out: Shape,
  { kernel, stride, dilation, border: [top, , left] }: MaxWindowsParams,
  visit: (at: number, window: number) => void,
): void {
  const [, , height, width] = shape as [number, number, number, number];
  const [batch, channels, outHeight, outWidth] = out as [number, number, number, number];
  let window = 0;
  for (let image = 0; image < batch * channels; image++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        let best = -1;
        let most = Number.NaN;
        for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
          const h = oh * stride[0] + Math.floor(tap / kernel[1]) * dilation[0] - top;
          const w = ow * stride[1] + (tap % kernel[1]) * dilation[1] - left;
          const isInside = h >= 0 && h < height && w >= 0 && w < width;
          const at = isInside ? (image * height + h) * width + w : -1;
          const x = isInside ? (data[at] as number) : Number.NEGATIVE_INFINITY;
          if (tap === 0 || beats(x, most)) [best, most] = [at, x];
        }
        visit(best, window++);
      }
    }
  }
}

function beats(x: number, best: number): boolean {
  return !Number.isNaN(best) && (Number.isNaN(x) || x > best);
}

function requireFloats(op: string, inputs: readonly TensorType[]): void {
  for (const { dtype } of inputs)
    if (dtype !== "float32") throw new DtypeError(`${op}: takes float32, got ${dtype}`);
}

/**
 * Each window's number at its first maximum in x, summed where windows share it. x NCHW, grad `[batch, channels, outHeight, outWidth]`.
 * @internal
 */
export function maxWindowsGrad(x: Tensor, grad: Tensor, params: MaxWindowsParams): Tensor {
  return apply(maxWindowsGradOp, [x, grad], params);
}

/** For each window, the value at the position of its first maximum in x. @internal */
export function maxWindowsTake(x: Tensor, values: Tensor, params: WindowsParams): Tensor {
  return apply(maxWindowsTakeOp, [x, values], params);
}
