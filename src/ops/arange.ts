// arange: evenly spaced numbers, from their position alone; eye: the identity matrix made of two.
import type { Dtype } from "../tensor/dtype.ts";
import { OptionError } from "../tensor/errors.ts";
import { defineOp } from "../tensor/op.ts";
import { checkShape } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { eq } from "./compare.ts";
import { reshape } from "./reshape.ts";

interface ArangeParams {
  readonly length: number;
  readonly start: number;
  readonly step: number;
  readonly dtype: "float32" | "int32";
}

export const arangeOp = defineOp<ArangeParams>({
  name: "arange",
  shape(_, { length, dtype }) {
    checkShape("arange", [length]);
    return { shape: [length], dtype };
  },
  reference(_, output, { start, step }) {
    for (let i = 0; i < output.data.length; i++) output.data[i] = start + i * step;
  },
  lowering: {
    kind: "pointwise",
    expression(math, _, { start, step, dtype }, index) {
      const i = index.axis(0);
      if (dtype === "int32") return math.add(math.mul(i, math.int(step)), math.int(start));
      return math.add(math.mul(math.toFloat(i), math.float(step)), math.float(start));
    },
  },
  cases: [
    { name: "0 … 6", inputs: [], params: { length: 7, start: 0, step: 1, dtype: "int32" } },
    {
      name: "integers going down",
      inputs: [],
      params: { length: 9, start: 5, step: -3, dtype: "int32" },
    },
    { name: "floats", inputs: [], params: { length: 5, start: -1, step: 0.25, dtype: "float32" } },
    { name: "none", inputs: [], params: { length: 0, start: 0, step: 1, dtype: "int32" } },
  ],
});

/**
 * Numbers from `start` (inclusive) to `end` (exclusive), as `torch.arange`: `arange(end)`,
 * `arange(start, end)` or `arange(start, end, step)`. int32 if all are whole, else float32.
 * @throws OptionError if the step is 0 or leads away from the end
 * @example await arange(2, 8, 2).array() // [2, 4, 6]
 */
export function arange(
  start: number,
  end?: number,
  step = 1,
  options: { readonly dtype?: Dtype } = {},
): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  const length = Math.ceil((to - from) / step);
  if (!Number.isFinite(length) || length < 0) {
    throw new OptionError(`arange: no way from ${from} to ${to} in steps of ${step}`);
  }
  const dtype = options.dtype ?? ([from, to, step].every(Number.isInteger) ? "int32" : "float32");
  const computed =
    [from, step].every(Number.isInteger) && dtype !== "float32" ? "int32" : "float32";
  const params: ArangeParams = { length: Math.max(length, 0), start: from, step, dtype: computed };
  return cast(apply(arangeOp, [], params), dtype);
}

/**
 * The identity matrix, as `torch.eye`.
 * @param rows    number of rows
 * @param columns number of columns; as many as rows unless given
 * @returns float32 `[rows, columns]` unless another dtype is given
 * @example await eye(2).array() // [[1, 0], [0, 1]]
 */
export function eye(
  rows: number,
  columns = rows,
  options: { readonly dtype?: Dtype } = {},
): Tensor {
  const diagonal = eq(reshape(arange(rows), [rows, 1]), arange(columns));
  return cast(diagonal, options.dtype ?? "float32");
}
