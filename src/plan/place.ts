// Where a computed value lives: its slot, and the order of its elements there.
import { type IndexLike, plus, times, toIndex } from "../kernel/indexing.ts";
import type { ElementType, Index } from "../kernel/ir.ts";
import type { Dtype } from "../tensor/dtype.ts";
import type { Node } from "../tensor/node.ts";
import { type Shape, sizeOf, stridesOf } from "../tensor/shape.ts";

/**
 * Order of elements in memory. `plain`: row-major. `batch`: the first axis is split into groups as
 * wide as a vector, and the members of a group lie side by side: [N / v][…][v]. Thin convolutions
 * are about twice as fast so, since every vector is full whatever the image's size.
 */
export type Layout = "plain" | "batch";

/** A value in memory. */
export interface Place {
  readonly node: Node;
  readonly slot: number;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly layout: Layout;
  /** Slots that must be written before this one is read here; none unless given. */
  readonly waits?: readonly number[];
}

/** Position along one axis, in every lane: base + lane · factor, or one index of its own per lane. */
export type AxisIndex =
  | { readonly base: Index; readonly lane: number }
  | { readonly each: readonly Index[] };

/** The same position in every lane. */
export function fixed(index: IndexLike): AxisIndex {
  return { base: toIndex(index), lane: 0 };
}

/** constant + Σ factor · index. */
export function combine(
  constant: number,
  terms: readonly (readonly [AxisIndex, number])[],
  lanes: number,
): AxisIndex {
  if (terms.every(([index]) => !("each" in index))) {
    let base: Index = toIndex(constant);
    let lane = 0;
    for (const [index, factor] of terms as readonly (readonly [
      { base: Index; lane: number },
      number,
    ])[]) {
      base = plus(base, times(index.base, factor));
      lane += index.lane * factor;
    }
    return { base, lane };
  }
  const each = Array.from({ length: lanes }, (_, l) =>
    terms.reduce<Index>(
      (sum, [index, factor]) => plus(sum, times(inLane(index, l), factor)),
      toIndex(constant),
    ),
  );
  return { each };
}

/** The position in one lane. */
export function inLane(index: AxisIndex, lane: number): Index {
  return "each" in index ? (index.each[lane] as Index) : plus(index.base, index.lane * lane);
}

/** The value must be row-major for this use; the planner starts again with that in mind. */
export class NeedsPlain extends Error {
  readonly node: Node;
  constructor(node: Node) {
    super(`the value of ${node.op?.name ?? "leaf"} must be row-major`);
    this.node = node;
  }
}

/** Offset of an element in its slot, in elements. */
export function offsetIn(place: Place, index: readonly AxisIndex[], lanes: number): AxisIndex {
  const strides = stridesOf(place.shape);
  if (place.layout === "plain") {
    return combine(
      0,
      index.map((position, axis) => [position, strides[axis] as number]),
      lanes,
    );
  }
  const [first, ...rest] = index as [AxisIndex, ...AxisIndex[]];
  if ("each" in first || first.lane !== 1 || !dividesBy(first.base, lanes))
    throw new NeedsPlain(place.node);
  const group = scaleDown(first.base, lanes);
  const terms = rest.map(
    (position, axis) => [position, (strides[axis + 1] as number) * lanes] as const,
  );
  if (rest.some((position) => "each" in position || position.lane !== 0))
    throw new NeedsPlain(place.node);
  const inner = combine(0, terms, lanes) as { base: Index; lane: number };
  return { base: plus(times(group, (strides[0] as number) * lanes), inner.base), lane: 1 };
}

function dividesBy({ constant, terms }: Index, n: number): boolean {
  return constant % n === 0 && terms.every(({ factor }) => factor % n === 0);
}

function scaleDown({ constant, terms }: Index, n: number): Index {
  return {
    constant: constant / n,
    terms: terms.map((t) => ({ variable: t.variable, factor: t.factor / n })),
  };
}

/** How elements of this dtype lie in memory. */
export function elementOf(dtype: Dtype): ElementType {
  return dtype === "bool" ? "uint8" : dtype;
}

/** Can values of this shape have batch layout, and would that differ from row-major? */
export function canBatch(shape: Shape, lanes: number): boolean {
  const batch = shape[0] ?? 0;
  return lanes > 1 && shape.length > 1 && batch > 0 && batch % lanes === 0 && sizeOf(shape) > batch;
}
