// Loop nests over a box of indices, one axis of which may lie in the lanes.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { AxisIndex } from "../place.ts";
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

/**
 * Emits the loops over `axes` in the order given (positions into `axes`), and `body` inside.
 * `body` gets the index along each axis and the width of the values to compute: the lanes, or 1 in
 * the tail of an axis that vectors do not divide.
 */
export function loops(
  w: KernelWriter,
  axes: readonly LoopAxis[],
  order: readonly number[],
  split: Split | null,
  body: (index: readonly AxisIndex[], width: number) => void,
): void {
  const index: AxisIndex[] = axes.map(() => ({ base: toIndex(0), lane: 0 }));
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

/** Units along an axis: vectors where it lies in the lanes, else elements. */
export function unitsOf(axis: LoopAxis, lanes: number): number {
  return axis.vector ? Math.floor(axis.size / lanes) : axis.size;
}
