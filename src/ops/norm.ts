// norm: the length of vectors along axes, (Σ |x|ᵖ)^(1/p), and its limits for p = 0 and ±∞.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { zerosLike } from "./full.ts";
import { broadcastOffsets } from "./loops.ts";
import { maskedFill } from "./maskedFill.ts";
import { checkDomain } from "./pointwise.ts";
import {
  type Dims,
  type ReduceOptions,
  type ReduceParams,
  reduceCases,
  reducedShape,
  reduceParams,
} from "./reduce.ts";

interface NormParams extends ReduceParams {
  readonly p: number;
}

export const normOp = defineOp<NormParams>({
  name: "norm",
  shape([x], { p, axes, keepdim }) {
    const { shape, dtype } = x as TensorType;
    checkDomain("norm", dtype, "float");
    if (!Number.isFinite(p) && axes.some((axis) => shape[axis] === 0)) {
      throw shapeError("norm", `no elements to find the extreme of, for p = ${p}`, { x: shape });
    }
    return { shape: reducedShape(shape, axes, keepdim), dtype };
  },
  // Where the norm is 0 so is its gradient, as in PyTorch.
  backward({ grad, inputs: [input], output, params: { p, axes } }) {
    const x = input as Tensor;
    const kept = reducedShape(x.shape, axes, true);
    const [g, norm] = [grad.reshape(kept), output.reshape(kept)];
    if (p === 0) return [zerosLike(x)];
    if (p === 1) return [x.sign().mul(g)];
    const size = x.abs();
    if (!Number.isFinite(p)) {
      const isExtreme = size.eq(norm).float();
      return [
        x
          .sign()
          .mul(isExtreme)
          .mul(g.div(isExtreme.sum(axes, { keepdim: true }))),
      ];
    }
    const scale = g.div(maskedFill(norm, norm.eq(0), 1).pow(p - 1));
    if (p >= 2) return [(p === 2 ? x : x.mul(size.pow(p - 2))).mul(scale)];
    return [
      x
        .sign()
        .mul(maskedFill(size, x.eq(0), 1).pow(p - 1))
        .mul(scale),
    ];
  },
  reference([input], output, { axes, p }) {
    const x = input as ReferenceArray;
    const offsets = broadcastOffsets(reducedShape(x.shape, axes, true), x.shape);
    const rows = Array.from(output.data, (): number[] => []);
    for (let i = 0; i < x.data.length; i++)
      rows[offsets[i] as number]?.push(Math.abs(x.data[i] as number));
    output.data.set(rows.map((row) => normOf(row, p)));
  },
  lowering: {
    kind: "composite",
    build([input], { p, axes, keepdim }) {
      const x = input as Tensor;
      const options = { keepdim };
      if (p === 2) return x.square().sum(axes, options).sqrt();
      if (p === 0) return x.ne(0).float().sum(axes, options);
      if (p === 1) return x.abs().sum(axes, options);
      if (p === Number.POSITIVE_INFINITY) return x.abs().amax(axes, options);
      if (p === Number.NEGATIVE_INFINITY) return x.abs().amin(axes, options);
      return x
        .abs()
        .pow(p)
        .sum(axes, options)
        .pow(1 / p);
    },
  },
  cases: [
    ...[2, 1, 3, 1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap(casesOf),
    {
      name: "p 0, with zeros",
      inputs: [{ shape: [2, 4], values: { data: [0, 1, -2, 0, 0, 0, 0, 0] } }],
      params: { p: 0, axes: [1], keepdim: false },
      gradient: false,
    },
    {
      name: "p −1.5",
      inputs: [{ shape: [3, 5], values: "positive" }],
      params: { p: -1.5, axes: [1], keepdim: false },
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32" }],
      params: { p: 2, axes: [0], keepdim: false },
      refused: /norm: takes float32, got int32/,
    },
  ],
});

/** The cases of reductions, for one p. */
function casesOf(p: number): Case<NormParams>[] {
  return reduceCases(Number.isFinite(p))
    .filter(({ inputs }) => inputs[0]?.dtype !== "int32")
    .map(({ refused, ...test }) => ({
      ...test,
      name: `p ${p}, ${test.name}`,
      params: { ...test.params, p },
      ...(refused === undefined
        ? {}
        : { refused: /norm: (no elements to find the extreme of|takes)/ }),
    }));
}

/** The norm of one row of sizes |x|. */
function normOf(row: readonly number[], p: number): number {
  if (p === 0) return row.filter((size) => size !== 0).length;
  if (p === Number.POSITIVE_INFINITY) return Math.max(...row);
  if (p === Number.NEGATIVE_INFINITY) return Math.min(...row);
  return row.reduce((total, size) => total + size ** p, 0) ** (1 / p);
}

export interface NormOptions extends ReduceOptions {
  /** Which norm: 2 (default), 1, 0 (how many are not 0), any other number, or ±Infinity. */
  readonly p?: number;
  /** Axis or axes; all if undefined. */
  readonly dim?: Dims;
}

/**
 * Length of the vectors along axes, as `torch.linalg.vector_norm`.
 *
 *     y = (Σ |x|ᵖ)^(1/p);   the largest |x| for p = ∞, the smallest for −∞, Σ (x ≠ 0) for 0
 *
 * Where the norm is 0, its gradient is 0.
 * @param x       any tensor
 * @param options p: 2 unless given; dim: axis or axes, all unless given; keepdim
 * @returns float32
 * @throws ShapeError if an axis does not exist, or no elements have an extreme; OptionError if p is NaN
 * @example await norm(Tensor.from([3, -4])).item() // 5
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  checkOptions("norm", options, ["p", "dim", "keepdim"]);
  const { p = 2, dim, ...rest } = options;
  if (typeof p !== "number" || Number.isNaN(p)) {
    throw new OptionError(`norm: p is ${p}`, { hint: "give a number, or Infinity" });
  }
  return apply(normOp, [cast(x, "float32")], { ...reduceParams("norm", x, dim, rest), p });
}
