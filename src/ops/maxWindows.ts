// maxWindowsGrad and maxWindowsTake: what happens at the first maximum of each sliding window. The one
// puts a value there, the other takes one from there; each is the gradient of the other.
import { DtypeError } from "../tensor/errors.ts";
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { type Shape, sameShape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { type WindowsParams, windowGeometries, windowsShape } from "./windows.ts";

const tied = [1, 1, Number.NaN, 0, 1, 0, 5, Number.NaN, 2, 2, -1, -1, 2, 2, -1, -1];

function outShape(op: string, x: Shape, params: WindowsParams): Shape {
  return windowsShape(op, x, params).slice(0, 4);
}

export const maxWindowsGradOp = defineOp<WindowsParams>({
  name: "maxWindowsGrad",
  shape(inputs, params) {
    const [x, grad] = inputs as readonly [TensorType, TensorType];
    requireFloats("maxWindowsGrad", inputs);
    const expected = outShape("maxWindowsGrad", x.shape, params);
    if (!sameShape(grad.shape, expected)) {
      throw shapeError("maxWindowsGrad", "not one number for each window", {
        grad: grad.shape,
        windows: expected,
      });
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  backward: ({ grad, inputs: [x], params }) => [null, maxWindowsTake(x as Tensor, grad, params)],
  reference(inputs, output, params) {
    const [x, grad] = inputs as readonly [ReferenceArray, ReferenceArray];
    output.data.fill(0);
    forMaxima(x, grad.shape, params, (at, window) => {
      output.data[at] = (output.data[at] as number) + (grad.data[window] as number);
    });
  },
  lowering: { kind: "kernel" },
  cases: maxCases(
    "a gradient for too few windows",
    (x, params) => outShape("windows", x, params),
    [1, 1, 1, 2],
    /not one number for each window/,
  ),
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
  backward: ({ grad, inputs: [x], params }) => [null, maxWindowsGrad(x as Tensor, grad, params)],
  reference(inputs, output, params) {
    const [x, values] = inputs as readonly [ReferenceArray, ReferenceArray];
    forMaxima(x, output.shape, params, (at, window) => {
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

/** Calls `visit` with the position of each window's first maximum; NaN counts as the maximum. */
function forMaxima(
  { data, shape }: ReferenceArray,
  out: Shape,
  { kernel, stride, dilation }: WindowsParams,
  visit: (at: number, window: number) => void,
): void {
  const [, , height, width] = shape as [number, number, number, number];
  const [batch, channels, outHeight, outWidth] = out as [number, number, number, number];
  let window = 0;
  for (let image = 0; image < batch * channels; image++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        let best = -1;
        for (let kh = 0; kh < kernel[0]; kh++) {
          for (let kw = 0; kw < kernel[1]; kw++) {
            const at =
              (image * height + oh * stride[0] + kh * dilation[0]) * width +
              ow * stride[1] +
              kw * dilation[1];
            if (best < 0 || beats(data[at] as number, data[best] as number)) best = at;
          }
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
export function maxWindowsGrad(x: Tensor, grad: Tensor, params: WindowsParams): Tensor {
  return apply(maxWindowsGradOp, [x, grad], params);
}

/** For each window, the value at the position of its first maximum in x. @internal */
export function maxWindowsTake(x: Tensor, values: Tensor, params: WindowsParams): Tensor {
  return apply(maxWindowsTakeOp, [x, values], params);
}
