// where: one tensor where a condition holds, the other elsewhere.
import { DtypeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { broadcastShapes } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { full } from "./full.ts";
import { broadcastOffsets } from "./loops.ts";
import { asTensor, meet, type TensorLike } from "./operands.ts";
import { commonDtype } from "./pointwise.ts";

const bits = [0, 2] as const;

export const whereOp = defineOp<undefined>({
  name: "where",
  shape(inputs) {
    const [condition, a, b] = inputs as readonly [TensorType, TensorType, TensorType];
    if (condition.dtype !== "bool") {
      throw new DtypeError(`where: the condition is ${condition.dtype}, not bool`, {
        hint: "compare first, as in x.gt(0)",
      });
    }
    return {
      shape: broadcastShapes(
        "where",
        inputs.map((input) => input.shape),
      ),
      dtype: commonDtype("where", [a, b]),
    };
  },
  backward({ grad, inputs }) {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    const zero = full([], 0);
    return [
      null,
      grad.where(condition, zero).sumToSize(a.shape),
      zero.where(condition, grad).sumToSize(b.shape),
    ];
  },
  reference(inputs, output) {
    const [condition, a, b] = inputs as readonly [ReferenceArray, ReferenceArray, ReferenceArray];
    const [at, atA, atB] = [condition, a, b].map((x) =>
      broadcastOffsets(x.shape, output.shape),
    ) as [Int32Array, Int32Array, Int32Array];
    for (let i = 0; i < output.data.length; i++) {
      const holds = condition.data[at[i] as number] !== 0;
      output.data[i] = (holds ? a.data[atA[i] as number] : b.data[atB[i] as number]) as number;
    }
  },
  lowering: {
    kind: "pointwise",
    expression(math, args) {
      const [condition, a, b] = args as readonly [
        (typeof args)[number],
        (typeof args)[number],
        (typeof args)[number],
      ];
      return math.select(math.toMask(condition), a, b);
    },
  },
  cases: [
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 1], dtype: "bool", values: bits }, { shape: [1, 5] }, { shape: [] }],
      params: undefined,
    },
    {
      name: "the same shape",
      inputs: [
        { shape: [3, 5], dtype: "bool", values: bits },
        { shape: [3, 5] },
        { shape: [3, 5] },
      ],
      params: undefined,
    },
    {
      name: "broadcast",
      inputs: [{ shape: [3, 1], dtype: "bool", values: bits }, { shape: [1, 5] }, { shape: [] }],
      params: undefined,
    },
    {
      name: "the side not taken may be infinite",
      inputs: [
        { shape: [2], dtype: "bool", values: { data: [1, 0] } },
        { shape: [2], values: { data: [1, Number.POSITIVE_INFINITY] } },
        { shape: [2], values: { data: [Number.NaN, 2] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "integers",
      inputs: [
        { shape: [7], dtype: "bool", values: bits },
        { shape: [7], dtype: "int32", values: [-9, 9] },
        { shape: [], dtype: "int32", values: [-9, 9] },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "bools",
      inputs: [
        { shape: [7], dtype: "bool", values: bits },
        { shape: [7], dtype: "bool", values: bits },
        { shape: [7], dtype: "bool", values: bits },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "a condition of floats",
      inputs: [{ shape: [2] }, { shape: [2] }, { shape: [2] }],
      params: undefined,
      refused: /the condition is float32, not bool/,
    },
  ],
});

/**
 * a where the condition holds, b elsewhere, broadcast, as `torch.where`.
 * @param condition bool
 * @param a tensor or number
 * @param b tensor or number
 * @throws DtypeError if the condition is not bool; ShapeError if the shapes do not broadcast
 * @example await where(Tensor.from([true, false]), 1, -1).array() // [1, -1]
 */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const dtype = meet(a, b);
  return apply(whereOp, [condition, asTensor(a, dtype), asTensor(b, dtype)], undefined);
}
