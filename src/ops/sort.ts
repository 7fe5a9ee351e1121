// sort and argsort: the elements along an axis in order. Equal elements keep their order, always; NaN
// counts as the largest.
import { checkOptions } from "../tensor/errors.ts";
import {
  type Case,
  type CaseInput,
  defineOp,
  type ReferenceArray,
  type TensorType,
} from "../tensor/op.ts";
import { normalizeAxis, sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { detach } from "./detach.ts";
import { gather } from "./gather.ts";
import type { ValuesAndIndices } from "./max.ts";
import { checkDomain } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

interface ArgsortParams {
  readonly axis: number;
  readonly descending: boolean;
}

const special = [
  2,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0,
  -1,
  Number.NEGATIVE_INFINITY,
  1e-40,
  Number.NaN,
  -0,
  -2.5,
];
const ends = [0, -2147483648, 2147483520, -1, 1];

function bothWays(name: string, input: CaseInput, axis: number): Case<ArgsortParams>[] {
  return [false, true].map((descending) => ({
    name: `${name}, ${descending ? "descending" : "ascending"}`,
    inputs: [input],
    params: { axis, descending },
    gradient: false,
  }));
}

export const argsortOp = defineOp<ArgsortParams>({
  name: "argsort",
  shape([x]) {
    const { shape, dtype } = x as TensorType;
    checkDomain("argsort", dtype, "number");
    return { shape, dtype: "int32" };
  },
  reference([x], output, { axis, descending }) {
    const { data, shape } = x as ReferenceArray;
    const count = shape[axis] as number;
    const inner = sizeOf(shape.slice(axis + 1));
    for (let row = 0; row < data.length / count; row++) {
      const start = Math.floor(row / inner) * count * inner + (row % inner);
      const at = (k: number): number => data[start + k * inner] as number;
      const order = Array.from({ length: count }, (_, k) => k).sort((a, b) =>
        descending ? compare(at(b), at(a)) : compare(at(a), at(b)),
      );
      order.forEach((position, k) => {
        output.data[start + k * inner] = position;
      });
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    ...bothWays("a vector", { shape: [7] }, 0),
    ...bothWays("rows", { shape: [3, 5] }, 1),
    ...bothWays("columns", { shape: [5, 3] }, 0),
    ...bothWays("the middle axis", { shape: [2, 6, 3] }, 1),
    ...bothWays("a power of two", { shape: [2, 8] }, 1),
    ...bothWays("longer rows", { shape: [3, 100] }, 1),
    ...bothWays("one element", { shape: [3, 1] }, 1),
    ...bothWays("an empty batch", { shape: [0, 3] }, 1),
    ...bothWays("no elements", { shape: [2, 0] }, 1),
    ...bothWays(
      "equal elements keep their order",
      { shape: [2, 50], dtype: "int32", values: [-3, 3] },
      1,
    ),
    ...bothWays(
      "zeros of both signs, NaN, infinities",
      { shape: [11], values: { data: special } },
      0,
    ),
    ...bothWays("the ends of int32", { shape: [5], dtype: "int32", values: { data: ends } }, 0),
    {
      name: "bools",
      inputs: [{ shape: [3], dtype: "bool" }],
      params: { axis: 0, descending: false },
      refused: /takes float32 or int32, got bool/,
    },
  ],
});

/** NaN is above everything, as in PyTorch. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Applies an op's function along an axis; a scalar counts as a vector of one. */
export function alongAxis(
  op: string,
  x: Tensor,
  dim: number,
  body: (x: Tensor, axis: number) => ValuesAndIndices,
): ValuesAndIndices {
  const axis = normalizeAxis(op, dim, x.ndim);
  if (x.ndim > 0) return body(x, axis);
  const { values, indices } = body(reshape(x, [1]), 0);
  return { values: reshape(values, []), indices: reshape(indices, []) };
}

/** Positions in order along an axis that exists. */
export function order(x: Tensor, axis: number, descending: boolean): Tensor {
  const numbers = detach(x.dtype === "float32" ? x : cast(x, "int32"));
  return apply(argsortOp, [numbers], { axis, descending });
}

export interface SortOptions {
  /** The largest first? */
  readonly descending?: boolean;
  /** Equal elements keep their order, whatever is said here. */
  readonly stable?: boolean;
}

/**
 * The elements along an axis in order, and where they were, as `torch.sort`. Equal elements keep their
 * order; NaN counts as the largest. Gradients go back to where the elements came from.
 * @param x       any tensor
 * @param dim     axis, the last unless given
 * @param options descending: the largest first; stable: taken for PyTorch's sake, always true
 * @returns values, and their positions (int32), in the shape of x
 * @throws ShapeError if the axis does not exist
 * @example await sort(Tensor.from([3, 1, 2])).values.array() // [1, 2, 3]
 * @example await sort(Tensor.from([3, 1, 2]), 0, { descending: true }).indices.array() // [0, 2, 1]
 */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices {
  checkOptions("sort", options, ["descending", "stable"]);
  return alongAxis("sort", x, dim, (along, axis) => {
    const indices = order(along, axis, options.descending ?? false);
    return { values: gather(along, axis, indices), indices };
  });
}

/**
 * The positions that put the elements along an axis in order, as `torch.argsort`; see {@link sort}.
 * @returns int32, in the shape of x
 * @throws ShapeError if the axis does not exist
 * @example await argsort(Tensor.from([3, 1, 2])).array() // [1, 2, 0]
 */
export function argsort(x: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  checkOptions("argsort", options, ["descending", "stable"]);
  return sort(x, dim, options).indices;
}
