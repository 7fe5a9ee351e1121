// cast: the same values as another dtype.
import type { Dtype } from "../tensor/dtype.ts";
import { dtypes } from "../tensor/dtype.ts";
import { DtypeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { detach } from "./detach.ts";

interface CastParams {
  readonly dtype: Dtype;
}

export const castOp = defineOp<CastParams>({
  name: "cast",
  shape: ([x], { dtype }) => ({ shape: (x as TensorType).shape, dtype }),
  backward: ({ grad }) => [grad],
  reference([x], output, { dtype }) {
    const { data } = x as ReferenceArray;
    for (let i = 0; i < data.length; i++) output.data[i] = castNumber(data[i] as number, dtype);
  },
  lowering: {
    kind: "pointwise",
    expression(math, [x], { dtype }) {
      if (x === undefined) throw new Error("cast: no input");
      switch (dtype) {
        case "float32":
          return math.kindOf(x) === "float" ? x : math.toFloat(x);
        case "int32":
          return math.kindOf(x) === "int" ? x : math.toInt(x);
        case "uint8":
          return math.bitAnd(math.kindOf(x) === "int" ? x : math.toInt(x), math.int(255));
        case "bool":
          return math.toMask(x);
        default:
          return dtype satisfies never;
      }
    },
  },
  cases: [
    { name: "float32 to float32", inputs: [{ shape: [5] }], params: { dtype: "float32" } },
    {
      name: "float32 to int32 truncates and saturates",
      inputs: [
        { shape: [9], values: { data: [1.9, -1.9, 0.5, -0.5, 3e9, -3e9, Number.NaN, 7, 1e20] } },
      ],
      params: { dtype: "int32" },
      gradient: false,
    },
    {
      name: "float32 to uint8",
      inputs: [{ shape: [5], values: { data: [0, 1.5, 200, 255, 256] } }],
      params: { dtype: "uint8" },
      gradient: false,
    },
    {
      name: "float32 to bool",
      inputs: [{ shape: [4], values: { data: [0, -0.5, Number.NaN, 2] } }],
      params: { dtype: "bool" },
      gradient: false,
    },
    {
      name: "int32 to float32",
      inputs: [{ shape: [2, 3], dtype: "int32", values: [-99, 99] }],
      params: { dtype: "float32" },
      gradient: false,
    },
    {
      name: "int32 to uint8 wraps",
      inputs: [{ shape: [5], dtype: "int32", values: [-600, 600] }],
      params: { dtype: "uint8" },
      gradient: false,
    },
    {
      name: "uint8 to float32",
      inputs: [{ shape: [3, 7], dtype: "uint8", values: [0, 256] }],
      params: { dtype: "float32" },
      gradient: false,
    },
    {
      name: "bool to float32",
      inputs: [{ shape: [7], dtype: "bool", values: [0, 2] }],
      params: { dtype: "float32" },
      gradient: false,
    },
    {
      name: "bool to int32",
      inputs: [{ shape: [7], dtype: "bool", values: [0, 2] }],
      params: { dtype: "int32" },
      gradient: false,
    },
    {
      name: "an empty tensor",
      inputs: [{ shape: [0], dtype: "uint8" }],
      params: { dtype: "float32" },
      gradient: false,
    },
  ],
});

/** One number as the dtype holds it: floats truncate toward zero and saturate, as the hardware does. @internal */
export function castNumber(value: number, dtype: Dtype): number {
  switch (dtype) {
    case "float32":
      return value;
    case "int32":
      return saturate(value);
    case "uint8":
      return saturate(value) & 255;
    case "bool":
      return value === 0 ? 0 : 1;
    default:
      return dtype satisfies never;
  }
}

function saturate(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)));
}

/**
 * The same values as another dtype. To integers: toward zero; NaN becomes 0; to bool: not zero.
 * @param x     any tensor
 * @param dtype float32, int32, uint8 or bool
 * @returns the tensor itself if it has this dtype already
 * @throws DtypeError if there is no such dtype
 * @example await cast(Tensor.from([1.7, -1.7]), "int32").array() // [1, -1]
 */
export function cast(x: Tensor, dtype: Dtype): Tensor {
  if (!dtypes.includes(dtype)) {
    throw new DtypeError(`to: there is no dtype "${dtype}"`, {
      facts: [{ name: "known", value: dtypes.join(", ") }],
    });
  }
  if (x.dtype === dtype) return x;
  // Only floats carry gradients; the history ends where they become integers.
  return apply(castOp, [dtype === "float32" ? x : detach(x)], { dtype });
}
