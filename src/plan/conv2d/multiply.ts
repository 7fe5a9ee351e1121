// A product of matrices inside a kernel, in register tiles: what Winograd's positions need.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import { chooseTile, type TileRun, tileRuns } from "../../kernel/tile.ts";
import { unrolled } from "../lower/matmul.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { accumulators, outerProduct } from "./tiles.ts";

/** A product of matrices: [rows × depth] · [depth × columns], of which one side is vectors. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Tiles of columns outermost: for a right side that is large and comes in panels, each of which is then read once. */
  readonly columnsFirst?: boolean;
  readonly left: (row: IndexLike, depth: IndexLike) => Value;
  readonly right: (depth: IndexLike, column: IndexLike, panel: Panel) => Value;
  readonly store: (row: IndexLike, column: IndexLike, value: Value) => void;
}

/** The columns of a tile: the first of them, how many, and which of them is meant. */
export interface Panel {
  readonly start: IndexLike;
  readonly size: number;
  readonly at: IndexLike;
}

/** The runs of columns in which {@link multiply} goes through a right side, each of so many tiles of so many columns. */
export function panelRuns(
  planner: Planner,
  { rows, columns }: Pick<Product, "rows" | "columns">,
): TileRun[] {
  return tileRuns(columns, chooseTile(rows, columns, planner.target.accumulators).columns);
}

/** Where an element lies if the right side is stored panel after panel, each of them [depth][its columns]. */
export function inPanel({ start, size, at }: Panel, row: IndexLike, depth: number): Index {
  return plus(times(start, depth), plus(times(row, size), at));
}

/** Computes a product in register tiles. */
export function multiply(planner: Planner, w: KernelWriter, job: Product): void {
  const { k } = w;
  const compute = (row: IndexLike, rows: number, start: IndexLike, size: number): void => {
    const sums = accumulators(w, rows * size);
    const all = Array.from({ length: size }, (_, i) => i);
    unrolled(w, job.depth, (d) => {
      outerProduct(
        w,
        sums,
        rows,
        size,
        all,
        (r) => job.left(plus(row, r), d),
        (at) => job.right(d, plus(start, at), { start, size, at }),
      );
    });
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < size; c++) {
        job.store(plus(row, r), plus(start, c), sums[r * size + c] as Value);
      }
    }
  };
  const tile = chooseTile(job.rows, job.columns, planner.target.accumulators);
  const over = (
    extent: number,
    size: number,
    body: (at: IndexLike, size: number) => void,
  ): void => {
    for (const run of tileRuns(extent, size)) {
      k.for("tile", 0, run.count, (t) => body(plus(times(t, run.size), run.start), run.size));
    }
  };
  if (job.columnsFirst === true) {
    over(job.columns, tile.columns, (start, size) => {
      over(job.rows, tile.rows, (row, rows) => compute(row, rows, start, size));
    });
  } else {
    over(job.rows, tile.rows, (row, rows) => {
      over(job.columns, tile.columns, (start, size) => compute(row, rows, start, size));
    });
  }
}
