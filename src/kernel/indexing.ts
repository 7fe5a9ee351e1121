// Affine index arithmetic.
import type { Index, IndexVariable } from "./ir.ts";

/** Anything that stands for an index. */
export type IndexLike = number | IndexVariable | Index;

export function toIndex(value: IndexLike): Index {
  if (typeof value === "number") return { constant: value, terms: [] };
  if ("terms" in value) return value;
  return { constant: 0, terms: [{ variable: value, factor: 1 }] };
}

/** a + b. */
export function plus(a: IndexLike, b: IndexLike): Index {
  const left = toIndex(a);
  const right = toIndex(b);
  const constant = left.constant + right.constant;
  if (right.terms.length === 0) return { constant, terms: left.terms };
  if (left.terms.length === 0) return { constant, terms: right.terms };
  const factors = new Map(left.terms.map(({ variable, factor }) => [variable, factor]));
  for (const { variable, factor } of right.terms) {
    factors.set(variable, (factors.get(variable) ?? 0) + factor);
  }
  const terms = [...factors]
    .filter(([, factor]) => factor !== 0)
    .map(([variable, factor]) => ({ variable, factor }))
    .sort((x, y) => x.variable.id - y.variable.id);
  return { constant, terms };
}

/** factor · a. */
export function times(a: IndexLike, factor: number): Index {
  const { constant, terms } = toIndex(a);
  if (factor === 0) return { constant: 0, terms: [] };
  if (factor === 1) return { constant, terms };
  return {
    constant: constant * factor,
    terms: terms.map((term) => ({ variable: term.variable, factor: term.factor * factor })),
  };
}

/** Σ factor · index: a multi-dimensional index flattened by strides. */
export function dot(indices: readonly IndexLike[], strides: readonly number[]): Index {
  return indices.reduce<Index>(
    (sum, index, axis) => plus(sum, times(index, strides[axis] as number)),
    toIndex(0),
  );
}
