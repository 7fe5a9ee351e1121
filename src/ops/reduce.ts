// Reductions: combine the elements along some axes. Written once; an op gives its neutral element and
// its step.
import { ShapeError } from "../tensor/errors.ts";
import type { BackwardContext, Case, Op, ReferenceArray, TensorType } from "../tensor/op.ts";
import { formatShape, normalizeAxes, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastOffsets, wrapInteger } from "./loops.ts";
import { checkDomain } from "./pointwise.ts";

/** `axes` are the reduced axes of the input, sorted; `keepdim` leaves them with size 1. */
export interface ReduceParams {
  readonly axes: readonly number[];
  readonly keepdim: boolean;
}

export interface ReduceOptions {
  /** Keep the reduced axes with size 1? */
  readonly keepdim?: boolean;
}

/** One axis, some axes, or, if undefined, all. */
export type Dims = number | readonly number[] | undefined;

interface ReductionDefinition {
  readonly name: string;
  readonly combine: "sum" | "max" | "min" | "prod";
  /** The result for no elements; null where there is none. */
  readonly neutral: number | null;
  step(total: number, x: number, dtype: string): number;
  /** Gradient of the input; `grad` and `output` still have the reduced axes, with size 1. */
  backward(grad: Tensor, x: Tensor, output: Tensor): Tensor;
  /** Values to test with; "distinct" unless given. */
  readonly values?: "distinct" | "positive";
  readonly cases?: readonly Case<ReduceParams>[];
}

/** A reduction op from its step. */
export function reduction(definition: ReductionDefinition): Op<ReduceParams> {
  const { name, combine, neutral } = definition;
  return {
    name,
    shape([x], { axes, keepdim }) {
      const { shape, dtype } = x as TensorType;
      checkDomain(name, dtype, "number");
      if (neutral === null && axes.some((axis) => shape[axis] === 0)) {
        throw new ShapeError(
          `${name}: no elements to reduce in a tensor of shape ${formatShape(shape)}`,
          {
            hint: "reduce along axes that are not empty",
          },
        );
      }
      return { shape: reducedShape(shape, axes, keepdim), dtype };
    },
    backward({ grad, inputs: [input], output, params: { axes } }: BackwardContext<ReduceParams>) {
      const x = input as Tensor;
      const kept = reducedShape(x.shape, axes, true);
      return [definition.backward(grad.reshape(kept), x, output.reshape(kept))];
    },
    reference([input], output, { axes }) {
      const x = input as ReferenceArray;
      const offsets = broadcastOffsets(reducedShape(x.shape, axes, true), x.shape);
      output.data.fill(
        neutral ?? (combine === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
      );
      for (let i = 0; i < x.data.length; i++) {
        const at = offsets[i] as number;
        output.data[at] = definition.step(output.data[at] as number, x.data[i] as number, x.dtype);
      }
      for (let i = 0; i < output.data.length; i++)
        output.data[i] = wrapInteger(output.data[i] as number, output.dtype);
    },
    lowering: { kind: "reduce", combine, axes: (_, { axes }) => axes },
    cases: [...reduceCases(neutral !== null, definition.values), ...(definition.cases ?? [])],
  };
}

/** Shape after reducing these (sorted) axes. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdim: boolean): Shape {
  if (keepdim) return shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Params from what people write. */
export function reduceParams(
  op: string,
  x: Tensor,
  dim: Dims,
  options: ReduceOptions,
): ReduceParams {
  return { axes: normalizeAxes(op, dim, x.ndim), keepdim: options.keepdim ?? false };
}

/** Number of elements that go into one result. */
export function reducedSize(shape: Shape, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => shape[axis] as number));
}

/** Cases that every reduction should pass. */
export function reduceCases(
  takesEmpty: boolean,
  values: "distinct" | "positive" = "distinct",
): Case<ReduceParams>[] {
  const all = (rank: number) => Array.from({ length: rank }, (_, axis) => axis);
  const cases: [string, Shape, readonly number[], boolean][] = [
    ["all of a vector", [7], [0], false],
    ["a scalar", [], [], false],
    ["rows", [3, 5], [1], false],
    ["rows, keepdim", [3, 5], [1], true],
    ["columns", [3, 5], [0], false],
    ["the middle axis", [2, 3, 4], [1], false],
    ["channels of an image batch", [2, 3, 2, 3], [0, 2, 3], true],
    ["the ends", [3, 4, 2], [0, 2], false],
    ["an axis of size 1", [4, 1, 3], [1], false],
    ["everything, keepdim", [2, 3, 2], all(3), true],
    ["more than a vector", [3, 33], [1], false],
    ["an empty batch", [0, 3], [1], false],
  ];
  const made: Case<ReduceParams>[] = cases.map(([name, shape, axes, keepdim]) => ({
    name,
    inputs: [{ shape, values }],
    params: { axes, keepdim },
  }));
  made.push({
    name: "int32",
    inputs: [{ shape: [3, 7], dtype: "int32", values: [-5, 5] }],
    params: { axes: [1], keepdim: false },
    gradient: false,
  });
  made.push({
    name: "not for bools",
    inputs: [{ shape: [4], dtype: "bool", values: [0, 2] }],
    params: { axes: [0], keepdim: false },
    refused: /: takes .*, got bool/,
  });
  const empty = {
    name: "no elements",
    inputs: [{ shape: [2, 0] }],
    params: { axes: [1], keepdim: false },
  } as const;
  made.push(
    takesEmpty
      ? empty
      : { ...empty, refused: /no elements to reduce in a tensor of shape \[2, 0\]/ },
  );
  return made;
}
