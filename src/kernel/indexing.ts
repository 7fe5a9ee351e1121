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
  return { constant, terms: merged(left.terms, right.terms) };
}

/** The sum of two lists of terms; all are sorted by variable. */
function merged(left: Index["terms"], right: Index["terms"]): Index["terms"] {
  const terms: Index["terms"][number][] = [];
  let r = 0;
  for (const term of left) {
    const { id } = term.variable;
    for (let other = right[r]; other !== undefined && other.variable.id < id; other = right[++r])
      terms.push(other);
    const same = right[r];
    if (same === undefined || same.variable.id !== id) {
      terms.push(term);
      continue;
    }
    r++;
    const factor = term.factor + same.factor;
    if (factor !== 0) terms.push({ variable: term.variable, factor });
  }
  return [...terms, ...right.slice(r)];
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
