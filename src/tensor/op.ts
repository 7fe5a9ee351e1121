// What an operation is: one value that holds everything true of it on any machine. The values
// themselves live in `ops/`, one file each; the graph stores them in its nodes.
import type { Dtype } from "./dtype.ts";
import type { ElementIndex, ScalarMath } from "./scalarMath.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Shape and dtype of a tensor, without its values. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** Values for the reference loops: float64 whatever the dtype, so that rounding is the backends' alone. */
export interface ReferenceArray extends TensorType {
  readonly data: Float64Array;
}

/** What a backward rule is given. `output` is the result of the forward op, free to reuse. */
export interface BackwardContext<Params> {
  readonly grad: Tensor;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly params: Params;
}

/** Index along an input axis as an affine function of the output's indices. */
export interface AxisMap {
  readonly constant: number;
  readonly terms: readonly { readonly axis: number; readonly factor: number }[];
}

/**
 * How the planner turns an op into loops. The first four cover most ops and need no kernel of their own.
 * - `pointwise`: each output element from the input elements at the same (broadcast) position
 * - `reduce`: combines along axes
 * - `view`: each output element is the input element at an affine index
 * - `reshape`: the same elements in the same row-major order; with `waits`, they are not read before the
 *   second input is computed
 * - `composite`: built from other ops
 * - `kernel`: the planner has a strategy of this op's name
 */
export type Lowering<Params> =
  | {
      readonly kind: "pointwise";
      expression<V>(
        math: ScalarMath<V>,
        args: readonly V[],
        params: Params,
        index: ElementIndex<V>,
      ): V;
    }
  | {
      readonly kind: "reduce";
      readonly combine: "sum" | "max" | "min" | "prod";
      axes(input: Shape, params: Params): readonly number[];
    }
  | { readonly kind: "view"; map(input: Shape, output: Shape, params: Params): readonly AxisMap[] }
  | { readonly kind: "reshape"; readonly waits?: true }
  | { readonly kind: "composite"; build(inputs: readonly Tensor[], params: Params): Tensor }
  | { readonly kind: "kernel" };

/** An input of a test case: its type, and which values are worth drawing for it. */
export interface CaseInput {
  readonly shape: Shape;
  readonly dtype?: Dtype;
  /** `normal` by default; `positive` for log, sqrt; a pair for integers in `[low, high)`; or the values themselves. */
  readonly values?:
    | "normal"
    | "positive"
    | "distinct"
    | readonly [number, number]
    | { readonly data: readonly number[] };
}

/** Inputs worth testing, or, with `refused`, inputs whose error message must match. */
export interface Case<Params> {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly params: Params;
  /** Set when gradients make no sense here (a kink, an integer result). */
  readonly gradient?: false;
  readonly refused?: RegExp;
}

/** Everything the framework knows about one operation, in one value. */
export interface Op<Params = any> {
  readonly name: string;
  /** Type of the result, or an error that says what did not fit. The only place shapes are checked. */
  shape(inputs: readonly TensorType[], params: Params): TensorType;
  /**
   * Gradients of the inputs, built from ops; `null` for inputs that have none. A composite needs no rule:
   * it has those of the ops it is built from.
   */
  readonly backward?: (context: BackwardContext<Params>) => readonly (Tensor | null)[];
  /** The definition, as plain loops in float64. Slow on purpose; every backend is tested against it. */
  reference(inputs: readonly ReferenceArray[], output: ReferenceArray, params: Params): void;
  readonly lowering: Lowering<Params>;
  readonly cases: readonly Case<Params>[];
}

/** Types an op value without naming its parameters twice. */
export function defineOp<Params>(op: Op<Params>): Op<Params> {
  return op;
}
