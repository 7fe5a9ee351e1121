// pad: a border of one value around a tensor.
import { checkOptions, OptionError, ShapeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { formatShape, stridesOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { slice } from "./slice.ts";

/** Elements added before and after, for each axis. */
export type Pads = readonly (readonly [number, number])[];

interface PadParams {
  readonly pads: Pads;
  readonly value: number;
}

export const padOp = defineOp<PadParams>({
  name: "pad",
  shape([input], { pads }) {
    const { shape, dtype } = input as TensorType;
    if (pads.length !== shape.length || pads.flat().some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ShapeError(
        `pad: ${JSON.stringify(pads)} are not two whole numbers for each axis of ${formatShape(shape)}`,
      );
    }
    return {
      shape: shape.map((n, axis) => n + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0)),
      dtype,
    };
  },
  backward({ grad, inputs: [x], params: { pads } }) {
    const { shape } = x as Tensor;
    return [
      pads.reduce(
        (part, [before], axis) => part.slice(axis, before, before + (shape[axis] as number)),
        grad,
      ),
    ];
  },
  reference([input], output, { pads, value }) {
    const x = input as ReferenceArray;
    const strides = stridesOf(x.shape);
    const outStrides = stridesOf(output.shape);
    output.data.fill(value);
    for (let i = 0; i < x.data.length; i++) {
      let at = 0;
      let rest = i;
      for (let axis = 0; axis < strides.length; axis++) {
        const position = Math.floor(rest / (strides[axis] as number));
        rest %= strides[axis] as number;
        at += (position + (pads[axis]?.[0] ?? 0)) * (outStrides[axis] as number);
      }
      output.data[at] = x.data[i] as number;
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    {
      name: "images",
      inputs: [{ shape: [2, 3, 4, 5] }],
      params: {
        pads: [
          [0, 0],
          [0, 0],
          [1, 2],
          [3, 0],
        ],
        value: 0,
      },
    },
    {
      name: "a vector, with a value",
      inputs: [{ shape: [5] }],
      params: { pads: [[2, 1]], value: -1.5 },
    },
    {
      name: "with −∞",
      inputs: [{ shape: [3, 3] }],
      params: {
        pads: [
          [1, 1],
          [1, 1],
        ],
        value: Number.NEGATIVE_INFINITY,
      },
      gradient: false,
    },
    {
      name: "channels and batch",
      inputs: [{ shape: [2, 3, 2, 2] }],
      params: {
        pads: [
          [1, 0],
          [0, 2],
          [0, 0],
          [0, 0],
        ],
        value: 0,
      },
    },
    {
      name: "nothing added",
      inputs: [{ shape: [2, 3] }],
      params: {
        pads: [
          [0, 0],
          [0, 0],
        ],
        value: 0,
      },
    },
    {
      name: "around nothing",
      inputs: [{ shape: [0, 3] }],
      params: {
        pads: [
          [1, 1],
          [0, 1],
        ],
        value: 2,
      },
    },
    {
      name: "integers",
      inputs: [{ shape: [5], dtype: "int32", values: [-9, 9] }],
      params: { pads: [[1, 1]], value: 7 },
      gradient: false,
    },
    {
      name: "bytes",
      inputs: [{ shape: [3, 5], dtype: "uint8", values: [0, 256] }],
      params: {
        pads: [
          [1, 1],
          [0, 2],
        ],
        value: 0,
      },
      gradient: false,
    },
    {
      name: "too few pairs",
      inputs: [{ shape: [2, 3] }],
      params: { pads: [[1, 1]], value: 0 },
      refused: /two whole numbers for each axis/,
    },
  ],
});

/** A border given for every axis, first axis first; nothing happens if all are 0. */
export function padAxes(x: Tensor, pads: Pads, value = 0): Tensor {
  return pads.every(([before, after]) => before === 0 && after === 0)
    ? x
    : apply(padOp, [x], { pads, value });
}

/**
 * A border of one value, as `torch.nn.functional.pad`: pairs from the last axis backwards, so
 * `[left, right, top, bottom]` for images. Negative numbers cut off.
 * @param x       any tensor
 * @param padding elements before and after, for the last axis, the one before it, …
 * @param options value: 0 unless given; mode: only "constant"
 * @throws ShapeError if there are more pairs than axes; OptionError for another mode
 * @example pad(Tensor.ones([1, 1, 4, 4]), [1, 1, 2, 2]).shape // [1, 1, 8, 6]
 */
export function pad(
  x: Tensor,
  padding: readonly number[],
  options: { readonly mode?: "constant"; readonly value?: number } = {},
): Tensor {
  checkOptions("pad", options, ["mode", "value"]);
  if ((options.mode ?? "constant") !== "constant")
    throw new OptionError(`pad: there is no mode "${options.mode}"`, { hint: 'use "constant"' });
  if (padding.length % 2 !== 0 || padding.length > 2 * x.ndim) {
    throw new ShapeError(`pad: ${formatShape(padding)} are not pairs for at most ${x.ndim} axes`);
  }
  const pads = x.shape.map((_, axis) => {
    const at = 2 * (x.ndim - 1 - axis);
    return [padding[at] ?? 0, padding[at + 1] ?? 0] as const;
  });
  const cut = pads.reduce((part, [before, after], axis) => {
    const end = (x.shape[axis] as number) + Math.min(after, 0);
    return before < 0 || after < 0
      ? slice(part, axis, Math.max(-before, 0), Math.max(end, 0))
      : part;
  }, x);
  return padAxes(
    cut,
    pads.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as const),
    options.value ?? 0,
  );
}
