// Loop nests over a box of indices, one axis of which may lie in the lanes.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index } from "../../kernel/ir.ts";
import { type AxisIndex, fixed } from "../place.ts";
import type { KernelWriter } from "../writer.ts";

/** An axis of a loop nest: indices from 0 to size. */
export interface LoopAxis {
  readonly size: number;
  /** In the lanes: the loop runs over vectors, and over single elements where a vector does not fit. */
  readonly vector: boolean;
}

/** How the chunks of a kernel divide one axis: each takes `perChunk` units (vectors or elements). */
export interface Split {
  readonly axis: number;
  readonly perChunk: number;
  readonly chunks: number;
  /** Which of them this is, if not the chunk that the kernel runs for. */
  readonly current?: IndexLike;
}

/** A chunk for each index of a nest without vectors: no loop is left. */
export interface EachIndex {
  readonly each: true;
  readonly chunks: number;
}

/** How a loop nest is shared by the chunks of its kernel. */
export type Division = Split | EachIndex;

/**
 * Emits the loops over `axes` in the order given (positions into `axes`), and `body` inside.
 * `body` gets the index along each axis and the width of the values to compute: the lanes, or 1 in
 * the tail of an axis that vectors do not divide.
 */
export function loops(
  w: KernelWriter,
  axes: readonly LoopAxis[],
  order: readonly number[],
  division: Division | null,
  body: (index: readonly AxisIndex[], width: number) => void,
): void {
  const index: AxisIndex[] = axes.map(() => fixed(0));
  if (division !== null && "each" in division) {
    const sizes = order.map((axis) => (axes[axis] as LoopAxis).size);
    indicesOf(w, w.k.chunk, sizes).forEach((position, i) => {
      index[order[i] as number] = fixed(position);
    });
    return body(index, 1);
  }
  const split = division;
  const nest = (depth: number, width: number): void => {
    const axis = order[depth];
    if (axis === undefined) return body([...index], width);
    const { size, vector } = axes[axis] as LoopAxis;
    const run = (
      from: IndexLike,
      to: IndexLike,
      limit: number,
      unit: number,
      inner: number,
    ): void => {
      w.k.for(
        `i${axis}`,
        from,
        to,
        (i) => {
          index[axis] = { base: times(i, unit), lane: unit > 1 || (vector && inner > 1) ? 1 : 0 };
          nest(depth + 1, inner);
        },
        { limit },
      );
    };
    const lanes = vector ? w.lanes : 1;
    const units = Math.floor(size / lanes);
    const mine = split?.axis === axis ? split : null;
    if (units > 0) {
      const from = mine === null ? 0 : times(mine.current ?? w.k.chunk, mine.perChunk);
      const to = mine === null ? units : plus(from, mine.perChunk);
      run(from, to, units, lanes, vector ? lanes : width);
    }
    if (units * lanes === size) return;
    // The tail: single elements, done by the last chunk.
    const tail = (): void => {
      w.k.for(`t${axis}`, units * lanes, size, (i) => {
        index[axis] = { base: toIndex(i), lane: 0 };
        nest(depth + 1, 1);
      });
    };
    if (mine === null) tail();
    else {
      const current = w.k.index(mine.current ?? w.k.chunk);
      w.k.if(w.k.compare("eq", current, w.k.const(mine.chunks - 1, 1, "int")), tail);
    }
  };
  nest(0, w.lanes > 1 && axes.some((axis) => axis.vector) ? w.lanes : 1);
}

/**
 * The index along each axis of a box, from the running number of an element; the last axis runs fastest. What quotients leave over
 * is written as a difference, so that the address in a row-major value comes out as the running number again.
 */
export function indicesOf<const Sizes extends readonly number[]>(
  { k }: Pick<KernelWriter, "k">,
  number: IndexLike,
  sizes: Sizes,
): { -readonly [Axis in keyof Sizes]: Index } {
  const indices = sizes.map(() => toIndex(0));
  let rest = toIndex(number);
  const wide = sizes.flatMap((size, axis) => (size > 1 ? [axis] : []));
  for (const axis of wide.slice(1).reverse()) {
    const size = sizes[axis] as number;
    const outer = k.letIndex(`outer${axis}`, k.quotient(k.index(rest), size));
    indices[axis] = plus(rest, times(outer, -size));
    rest = toIndex(outer);
  }
  if (wide[0] !== undefined) indices[wide[0]] = rest;
  return indices as { -readonly [Axis in keyof Sizes]: Index };
}

/** Units along an axis: vectors where it lies in the lanes, else elements. */
export function unitsOf(axis: LoopAxis, lanes: number): number {
  return axis.vector ? Math.floor(axis.size / lanes) : axis.size;
}
