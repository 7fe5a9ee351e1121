// How far a float32 result may lie from the float64 one. The bound comes from the rounding of the
// computation itself: unit roundoff × (rounding steps) × (size of what is added up).
import type { Op, ReferenceArray, TensorType } from "../../src/tensor/op.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";

/** Half the distance from 1 to the next float32. */
const unitRoundoff = 2 ** -24;
/** Smallest normal float32: below it, numbers lose digits. */
const smallestNormal = 2 ** -126;
/** Rounding steps allowed to an elementary function: polynomial, range reduction, scaling. */
const functionSteps = 8;

/** Ops that only move, copy or compare elements: no rounding at all. */
const exact = new Set([
  "abs",
  "amax",
  "amin",
  "cast",
  "ceil",
  "clamp",
  "concat",
  "detach",
  "diagonal",
  "expand",
  "flip",
  "floor",
  "full",
  "gather",
  "hardtanh",
  "indexSelect",
  "maxPool2d",
  "maxWindowsTake",
  "maximum",
  "minimum",
  "neg",
  "pad",
  "padEdges",
  "permute",
  "relu",
  "relu6",
  "reshape",
  "round",
  "scatter",
  "sign",
  "slice",
  "trunc",
  "uniform",
  "where",
  "windows",
]);

/** Ops that are linear in each input: applied to |inputs| they give the sum of the terms' sizes. */
const linear = new Set([
  "add",
  "avgPool2d",
  "conv2d",
  "conv2dInputGrad",
  "conv2dWeightGrad",
  "cumsum",
  "foldEdges",
  "foldWindows",
  "indexAdd",
  "matmul",
  "maxWindowsGrad",
  "mean",
  "resample",
  "scatterAdd",
  "sum",
]);

/** Ops that subtract numbers of the size of their inputs before they are small. */
const cancelling = new Set([
  "arange",
  "batchNorm",
  "crossEntropy",
  "fmod",
  "dropout",
  "klDiv",
  "logSoftmax",
  "logSumExp",
  "nllLoss",
  "softCrossEntropy",
  "softmax",
  "standardize",
  "sub",
  "variance",
]);

/** Absolute error allowed for each element of the result; 0 where it must be exact. */
export function tolerances(
  op: Op,
  inputs: readonly ReferenceArray[],
  expected: ReferenceArray,
  params: unknown,
): (i: number) => number {
  if (expected.dtype !== "float32" || exact.has(op.name)) return () => 0;
  const steps = functionSteps + termsPerElement(op, inputs, expected, params);
  const size = magnitudes(op, inputs, expected, params);
  return (i) => steps * unitRoundoff * size(i) + smallestNormal;
}

/** How the operands of products are rounded before they are multiplied. */
export interface OperandRounding {
  /** The largest relative error of a number that keeps all its digits. */
  readonly unit: number;
  /** The largest error of a number too small for that. */
  readonly least: number;
}

/** To the nearest float16, and as many digits as are left below 2⁻¹⁴. */
export const nearestFloat16: OperandRounding = { unit: 2 ** -11, least: 2 ** -25 };
/** To either neighbour, and what is below 2⁻¹⁴ perhaps to 0: as far as WGSL goes. */
export const anyFloat16: OperandRounding = { unit: 2 ** -10, least: 2 ** -14 };

/**
 * The same for a sum of products a · b whose operands are rounded first. With |a' − a| <= u |a| + w, and the same of b,
 *
 *     |Σ a' b' − Σ a b| <= E = (2u + u²) Σ|a||b| + w (1 + u) Σ(|a| + |b|) + n w²
 *
 * and the sum in float32, of terms that are exact, adds its rounding of Σ|a'||b'| <= Σ|a||b| + E.
 */
export function productTolerances(
  op: Op,
  inputs: readonly ReferenceArray[],
  expected: ReferenceArray,
  params: unknown,
  { unit, least }: OperandRounding,
): (i: number) => number {
  /** The sum over the same terms with |x|, or 1, in the place of each operand. */
  const sum = (...taken: readonly ((x: number) => number)[]): Float64Array => {
    const data = new Float64Array(expected.data.length);
    const operands = inputs.map((input, k) => ({
      ...input,
      data: input.data.map(taken[k] as (x: number) => number),
    }));
    op.reference(operands, { ...expected, data }, params);
    return data;
  };
  const one = (): number => 1;
  const products = sum(Math.abs, Math.abs);
  const [left, right] = [sum(Math.abs, one), sum(one, Math.abs)];
  const count = sum(one, one);
  const steps = functionSteps + termsPerElement(op, inputs, expected, params);
  return (i) => {
    const at = (sums: Float64Array): number => sums[i] as number;
    const rounded =
      (2 * unit + unit ** 2) * at(products) +
      least * (1 + unit) * (at(left) + at(right)) +
      at(count) * least ** 2;
    return rounded + steps * unitRoundoff * (at(products) + rounded) + smallestNormal;
  };
}

/** Size of what is added up for each element. */
function magnitudes(
  op: Op,
  inputs: readonly ReferenceArray[],
  expected: ReferenceArray,
  params: unknown,
): (i: number) => number {
  if (linear.has(op.name)) {
    // maxWindowsGrad is linear in the gradient only: its first input decides where things go.
    const absolute = inputs.map((input, k) =>
      op.name === "maxWindowsGrad" && k === 0
        ? input
        : { ...input, data: input.data.map(Math.abs) },
    );
    const terms = { ...expected, data: new Float64Array(expected.data.length) };
    op.reference(absolute, terms, params);
    return (i) => terms.data[i] as number;
  }
  const floor =
    op.name === "sin" || op.name === "cos"
      ? 1
      : cancelling.has(op.name)
        ? Math.max(1, ...inputs.map(largest))
        : 0;
  return (i) => Math.max(floor, Math.abs(expected.data[i] as number));
}

function largest({ data }: ReferenceArray): number {
  return data.reduce((most, x) => Math.max(most, Number.isFinite(x) ? Math.abs(x) : 0), 0);
}

/** Number of terms that are added or multiplied for one element. */
function termsPerElement(
  op: Op,
  inputs: readonly TensorType[],
  output: TensorType,
  parameters: unknown,
): number {
  const params = parameters as {
    readonly groups: number;
    readonly exponent: number;
    readonly kernel: Shape;
    readonly kernelSize: Shape;
    readonly axes: readonly number[];
    readonly size: number;
  };
  const shape = (k: number) => (inputs[k] as TensorType).shape as number[];
  switch (op.name) {
    case "matmul":
      return shape(0).at(-1) as number;
    case "conv2d":
      return sizeOf(shape(1).slice(1));
    case "conv2dInputGrad":
      return sizeOf(shape(1)) / (shape(1)[1] as number) / params.groups;
    case "conv2dWeightGrad":
      return sizeOf(shape(1)) / (shape(1)[1] as number);
    case "powScalar":
      return Math.abs(params.exponent) * 2;
    case "avgPool2d":
      return sizeOf(params.kernelSize);
    case "foldWindows":
    case "maxWindowsGrad":
      return sizeOf(params.kernel);
    case "indexAdd":
    case "scatterAdd":
      return sizeOf(shape(1));
    case "cumsum":
      return Math.max(1, ...shape(0));
    case "resample":
      return (shape(2)[0] as number) / params.size;
    case "localResponseNorm":
      return params.size;
    case "standardize":
      return sizeOf(params.axes.map((axis) => shape(0)[axis] as number));
    default:
      return Math.ceil(sizeOf(inputs[0]?.shape ?? []) / Math.max(1, sizeOf(output.shape)));
  }
}
