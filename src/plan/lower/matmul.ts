// Matrix products. The lanes lie along the rows (batch layout), the columns, or the reduction,
// whichever the operands hold side by side; the result is computed in register tiles.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, type TileRun, tileRuns } from "../../kernel/tile.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, readsAt, stridesAlong, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, fixed, NeedsPlain, type Place } from "../place.ts";
import { chunksFor, isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";

type LaneAxis = "rows" | "columns" | "reduction";

export function lowerMatmul(planner: Planner, { node, core }: Root): void {
  const [a, b] = core.inputs as [Node, Node];
  const rank = core.shape.length;
  const batchShape = core.shape.slice(0, rank - 2);
  const [rows, columns] = core.shape.slice(rank - 2) as [number, number];
  const depth = a.shape[rank - 1] as number;
  const lanesOver = chooseLanes(planner, a, b, batchShape.length, { rows, columns, depth });
  const batch = lanesOver === "rows" && batchShape.length === 0 && planner.mayBatch(node);
  checkEpilogue(planner, node, core, lanesOver === "rows" && batchShape.length === 0 ? 0 : -1);
  const place = planner.place(node, batch ? "batch" : "plain");
  if (isEmpty(node)) return;

  const w = planner.writer("matmul");
  w.writes(place);
  const { lanes } = w;
  const rowUnit = lanesOver === "rows" ? lanes : 1;
  const columnUnit = lanesOver === "columns" ? lanes : 1;
  const rowUnits = Math.floor(rows / rowUnit);
  const columnUnits = Math.floor(columns / columnUnit);
  const tile = chooseTile(
    Math.max(rowUnits, 1),
    Math.max(columnUnits, 1),
    planner.target.accumulators,
  );
  const job = { w, a, b, node, core, place, depth, lanesOver };

  // Chunks take whole tiles along the longer side; batches of matrices are chunks of their own.
  const overRows = rowUnits / tile.rows >= columnUnits / tile.columns;
  const side = overRows ? tileRuns(rowUnits, tile.rows)[0] : tileRuns(columnUnits, tile.columns)[0];
  const tiles = side?.count ?? 1;
  const { chunks, perChunk } = chunksFor(
    tiles,
    ((sizeOf(batchShape) * rows * columns * depth) / tiles) | 0,
  );
  const isLast = (body: () => void): void => {
    if (chunks === 1) body();
    else w.k.if(w.k.compare("eq", w.k.index(w.k.chunk), w.k.const(chunks - 1, 1, "int")), body);
  };
  const along = (run: TileRun, split: boolean, body: (start: IndexLike) => void): void => {
    const emit = (from: IndexLike, to: IndexLike): void =>
      w.k.for("tile", from, to, (t) => body(plus(times(t, run.size), run.start)), {
        limit: run.count,
      });
    if (!split || chunks === 1) emit(0, run.count);
    else if (run === side)
      emit(times(w.k.chunk, perChunk), plus(times(w.k.chunk, perChunk), perChunk));
    else isLast(() => emit(0, run.count));
  };
  overBatches(w, batchShape, (outer) => {
    const rowRuns = withTail(
      tileRuns(rowUnits, tile.rows),
      rowUnits * rowUnit,
      rows,
      rowUnit,
      overRows ? side : undefined,
    );
    const columnRuns = withTail(
      tileRuns(columnUnits, tile.columns),
      columnUnits * columnUnit,
      columns,
      columnUnit,
      overRows ? undefined : side,
    );
    for (const r of rowRuns) {
      along(r.run, overRows, (row) => {
        for (const c of columnRuns) {
          along(c.run, !overRows, (column) => {
            emitTile(
              job,
              outer,
              { start: row, count: r.run.size, unit: r.unit },
              { start: column, count: c.run.size, unit: c.unit },
            );
          });
        }
      });
    }
  });
  planner.launch(w, chunks, { flops: 2 * sizeOf(core.shape) * depth });
}

/** Runs of tiles over vectors, and after them single elements that do not fill a vector. */
function withTail(
  runs: TileRun[],
  from: number,
  size: number,
  unit: number,
  side: TileRun | undefined,
): { run: TileRun; unit: number }[] {
  const result = runs.map((run) => ({
    run: side !== undefined && run.start === side.start ? side : run,
    unit,
  }));
  if (from < size) result.push({ run: { start: from, size: 1, count: size - from }, unit: 1 });
  return result;
}

function overBatches(
  w: KernelWriter,
  shape: readonly number[],
  body: (index: readonly AxisIndex[]) => void,
): void {
  const nest = (axis: number, index: readonly AxisIndex[]): void => {
    if (axis === shape.length) return body(index);
    w.k.for(`batch${axis}`, 0, shape[axis] as number, (i) => nest(axis + 1, [...index, fixed(i)]));
  };
  nest(0, []);
}

interface Job {
  readonly w: KernelWriter;
  readonly a: Node;
  readonly b: Node;
  readonly node: Node;
  readonly core: Node;
  readonly place: Place;
  readonly depth: number;
  readonly lanesOver: LaneAxis;
}

/** `count` positions from `start`, each `unit` elements wide; start counts units. */
interface Span {
  readonly start: IndexLike;
  readonly count: number;
  readonly unit: number;
}

function emitTile(
  { w, a, b, node, core, place, depth, lanesOver }: Job,
  outer: readonly AxisIndex[],
  rows: Span,
  columns: Span,
): void {
  const { k } = w;
  const inReduction = lanesOver === "reduction" && w.lanes > 1;
  const width = inReduction || rows.unit > 1 || columns.unit > 1 ? w.lanes : 1;
  const position = (span: Span, i: number): AxisIndex => ({
    base: plus(times(span.start, span.unit), i * span.unit),
    lane: span.unit > 1 ? 1 : 0,
  });
  const each = (visit: (r: number, c: number) => void): void => {
    for (let r = 0; r < rows.count; r++) for (let c = 0; c < columns.count; c++) visit(r, c);
  };
  const sums: Value[] = [];
  each(() => sums.push(k.let(k.const(0, width))));
  const step = (at: AxisIndex, vector: boolean, into: readonly Value[]): void => {
    const laneWidth = vector ? w.lanes : 1;
    const operand = (n: Node, i: AxisIndex, j: AxisIndex, moving: boolean): Value => {
      const value = w.value(n, [...outer, i, j], moving || (vector && inReduction) ? laneWidth : 1);
      return k.let(k.splat(value, laneWidth));
    };
    // The shorter side's operands stay in registers; the others stream past them.
    const left = (r: number): Value => operand(a, position(rows, r), at, rows.unit > 1);
    const right = (c: number): Value => operand(b, at, position(columns, c), columns.unit > 1);
    const held = Array.from({ length: Math.min(rows.count, columns.count) }, (_, i) =>
      rows.count <= columns.count ? left(i) : right(i),
    );
    for (let s = 0; s < Math.max(rows.count, columns.count); s++) {
      const streamed = rows.count <= columns.count ? right(s) : left(s);
      held.forEach((value, h) => {
        const [r, c] = rows.count <= columns.count ? [h, s] : [s, h];
        const sum = into[r * columns.count + c] as Value;
        k.set(sum, k.fma(value, streamed, sum));
      });
    }
  };
  let totals: Value[];
  if (inReduction) {
    const vectors = Math.floor(depth / w.lanes);
    unrolled(w, vectors, (i) => step({ base: times(i, w.lanes), lane: 1 }, true, sums));
    totals = sums.map((sum) => w.k.let(w.k.total(sum)));
    k.for("k", vectors * w.lanes, depth, (i) => step(fixed(i), false, totals));
  } else {
    unrolled(w, depth, (i) => step(fixed(i), width > 1, sums));
    totals = sums;
  }
  const outWidth = inReduction ? 1 : width;
  const target = (r: number, c: number): AxisIndex[] => [
    ...outer,
    position(rows, r),
    position(columns, c),
  ];
  each((r, c) => {
    const sum = totals[r * columns.count + c] as Value;
    if (node === core || outWidth === 1)
      w.store(
        place,
        target(r, c),
        withEpilogue(w, node, core, sum, target(r, c), outWidth),
        outWidth,
      );
    else w.store(place, target(r, c), sum, outWidth);
  });
  if (node === core || outWidth === 1) return;
  // The epilogue runs over what was just stored: with the accumulators still alive it would push
  // them out of the registers inside the loop above.
  k.for("e", 0, columns.count, (c) => {
    for (let r = 0; r < rows.count; r++) {
      const at = [
        ...outer,
        position(rows, r),
        {
          base: plus(times(columns.start, columns.unit), times(c, columns.unit)),
          lane: columns.unit > 1 ? 1 : 0,
        },
      ];
      const raw = k.let(w.load(place, at, outWidth));
      w.store(place, at, withEpilogue(w, node, core, raw, at, outWidth), outWidth);
    }
  });
}

/** A loop from 0 to count, four steps at a time. */
export function unrolled(w: KernelWriter, count: number, body: (i: IndexLike) => void): void {
  const whole = count - (count % 4);
  w.k.for(
    "k",
    0,
    whole,
    (i) => {
      for (let u = 0; u < 4; u++) body(plus(i, u));
    },
    { step: 4 },
  );
  w.k.for("k", whole, count, body);
}

/** Throws NeedsPlain if the epilogue reads a value in batch layout that the tiles cannot follow. */
function checkEpilogue(planner: Planner, node: Node, core: Node, laneAxis: number): void {
  if (node === core) return;
  const { variables, index } = symbolicAxes(node.shape.length);
  const reads = readsAt(node, index, planner.placeOf, new Set([core]));
  const required = batchAxis(reads, variables);
  if (required >= 0 && required !== laneAxis) {
    throw new NeedsPlain(
      (reads.find(({ place }) => place.layout === "batch") as { place: Place }).place.node,
    );
  }
}

function chooseLanes(
  planner: Planner,
  a: Node,
  b: Node,
  batchAxes: number,
  { columns, depth }: { rows: number; columns: number; depth: number },
): LaneAxis {
  const [aRows, aDepth] = stridesAlong(planner.placeOf, a, batchAxes);
  const [bDepth, bColumns] = stridesAlong(planner.placeOf, b, batchAxes);
  const demands = new Set<LaneAxis>();
  if (aRows === "batch") demands.add("rows");
  if (aDepth === "batch" || bDepth === "batch") demands.add("reduction");
  if (bColumns === "batch") demands.add("columns");
  if (demands.size > 1) {
    const { place } = readsAt(
      aRows === "batch" ? a : b,
      symbolicAxes(a.shape.length).index,
      planner.placeOf,
    )[0] as { place: Place };
    throw new NeedsPlain(place.node);
  }
  for (const demand of demands) return demand;
  const { lanes } = planner.target;
  if (bColumns === 1 && columns >= lanes) return "columns";
  if (aDepth === 1 && bDepth === 1 && depth >= lanes) return "reduction";
  return columns >= lanes ? "columns" : "reduction";
}
