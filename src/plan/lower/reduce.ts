// Reductions: sum, max, min, prod along axes, with the expression that is reduced evaluated on the
// way in and the epilogue on the way out. Large reductions to few results go in parts, so that threads
// share them. The order of additions is fixed by the shapes alone.
import { plus, times } from "../../kernel/indexing.ts";
import type { IndexVariable, Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { Op } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, type Read, readsAt, stepAlong, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, fixed } from "../place.ts";
import { isEmpty, lanesAlong, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import {
  type Combine,
  identityOf,
  joinOf,
  kindOf,
  numeric,
  unrolledElements,
} from "./accumulate.ts";
import { withEpilogue } from "./boxes.ts";
import { type LoopAxis, loops, type Split, unitsOf } from "./loops.ts";
import { splitOver } from "./pointwise.ts";

/** A reduction with so few chunks leaves threads idle, */
const fewChunks = 4;
/** and with so many elements it is worth a second pass: parts first, then all parts in order. */
const largeReduction = 65536;

/** Additions in a row to one register, about. */
const blockLength = 256;

/** Calls back for each index, with the width of the values there. */
type Visit = (visit: (index: readonly AxisIndex[], width: number) => void) => void;

export function lowerReduce(planner: Planner, { node, core }: Root): void {
  const { lowering } = core.op as Op;
  if (lowering.kind !== "reduce") throw new Error("plan: not a reduction");
  const input = core.inputs[0] as Node;
  const rank = input.shape.length;
  const reduced = new Set(lowering.axes(input.shape, core.params));
  const kept = input.shape.map((_, axis) => axis).filter((axis) => !reduced.has(axis));
  const keepdim = core.shape.length === rank;
  const outIndex = (at: readonly AxisIndex[]): AxisIndex[] =>
    keepdim
      ? at.map((i, axis) => (reduced.has(axis) ? fixed(0) : i))
      : kept.map((axis) => at[axis] as AxisIndex);

  const { variables, index } = symbolicAxes(rank);
  const reads = [
    ...readsAt(input, index, planner.placeOf),
    ...(node === core ? [] : readsAt(node, outIndex(index), planner.placeOf, new Set([core]))),
  ];
  const required = batchAxis(reads, variables);
  const batch =
    planner.mayBatch(node) &&
    !reduced.has(0) &&
    (required === 0 || (required < 0 && planner.wantsBatch.has(node)));
  const laneAxis = batch
    ? 0
    : required >= 0
      ? required
      : freeLaneAxis(planner, input, reduced, reads, variables);
  const place = planner.place(node, batch ? "batch" : "plain");
  if (isEmpty(node)) return;

  // What lies in batch layout is read by vectors of one width.
  const lanes =
    batch || required >= 0 ? planner.target.lanes : lanesAlong(planner, input.shape[laneAxis] ?? 1);
  const axes = input.shape.map((size, axis) => ({ size, vector: axis === laneAxis && lanes > 1 }));
  const one = { size: 1, vector: false };
  const keptAxes = axes.map((axis, a) => (reduced.has(a) ? one : axis));
  const reducedAxes = axes.map((axis, a) => (reduced.has(a) ? axis : one));
  const order = [...reduced].sort((a, b) => a - b);
  const inLanes = reduced.has(laneAxis) && lanes > 1;
  const flops = sizeOf(input.shape);
  const newWriter = (): KernelWriter => planner.writer(core.op?.name ?? "reduce", lanes);
  const finish =
    (w: KernelWriter) =>
    (value: Value, at: readonly AxisIndex[], width: number): void => {
      w.store(place, at, withEpilogue(w, node, core, value, at, width), width);
    };
  /** Visits the elements of one result, or those of one part of them. */
  const elements =
    (w: KernelWriter, keptIndex: readonly AxisIndex[], width: number, part: Split | null): Visit =>
    (visit) => {
      const at = (inner: readonly AxisIndex[]): AxisIndex[] =>
        inner.map((i, a) => (reduced.has(a) ? i : (keptIndex[a] as AxisIndex)));
      if (
        part === null &&
        !inLanes &&
        sizeOf(reducedAxes.map(({ size }) => size)) <= (planner.target.unrolled ?? unrolledElements)
      ) {
        for (const inner of positionsOf(reducedAxes)) visit(at(inner.map(fixed)), width);
        return;
      }
      loops(w, reducedAxes, order, part, (inner, innerWidth) =>
        visit(at(inner), inLanes ? innerWidth : width),
      );
    };

  const split = splitOver(keptAxes, lanes, flops * 4);
  const part =
    (split?.chunks ?? 1) < fewChunks && flops >= largeReduction
      ? splitOver(reducedAxes, lanes, flops * 4)
      : null;
  const w = newWriter();
  const accumulate = accumulatorFor(w, lowering.combine, core, input);
  if (part === null) {
    w.writes(place);
    loops(w, keptAxes, kept, split, (keptIndex, width) => {
      const value = accumulate(inLanes, width, elements(w, keptIndex, width, null));
      finish(w)(value, outIndex(keptIndex), inLanes ? 1 : width);
    });
    planner.launch(w, split?.chunks ?? 1, { flops });
    return;
  }

  // Blocks within parts: a rounding error grows with the number of additions in a row.
  const units = unitsOf(reducedAxes[part.axis] as LoopAxis, lanes);
  const additions = flops / sizeOf(core.shape) / (inLanes ? lanes : 1) / units;
  const perBlock = Math.ceil(blockLength / additions);
  const blocks = Math.ceil(part.perChunk / perBlock);
  const parts = Math.ceil(units / (blocks * perBlock));
  const partial = planner.temporary(core, [parts, ...core.shape], core.dtype);
  const start = identityOf(lowering.combine, kindOf(input));
  w.writes(partial);
  loops(w, keptAxes, kept, null, (keptIndex, width) => {
    const join = joinOf(w, lowering.combine);
    const total = w.k.let(w.k.const(start, inLanes ? 1 : width, kindOf(input)));
    w.k.for("block", 0, blocks, (i) => {
      const block = {
        axis: part.axis,
        perChunk: perBlock,
        chunks: Math.ceil(units / perBlock),
        current: plus(times(w.k.chunk, blocks), i),
      };
      const value = accumulate(inLanes, width, elements(w, keptIndex, width, block));
      w.k.set(total, join(total, value));
    });
    w.store(partial, [fixed(w.k.chunk), ...outIndex(keptIndex)], total, inLanes ? 1 : width);
  });
  planner.launch(w, parts, { flops });

  const all = newWriter();
  all.writes(place);
  const join = joinOf(all, lowering.combine);
  loops(all, keptAxes, kept, null, (keptIndex, width) => {
    const at = outIndex(keptIndex);
    const total = all.k.let(all.k.const(start, width, kindOf(input)));
    all.k.for("part", 0, parts, (i) => {
      all.k.set(total, join(total, all.load(partial, [fixed(i), ...at], width)));
    });
    finish(all)(total, at, width);
  });
  planner.launch(all, 1, { flops: sizeOf(partial.shape) });
}

/** All positions in a box, the last axis fastest. */
function positionsOf(axes: readonly LoopAxis[]): number[][] {
  return axes.reduce<number[][]>(
    (before, { size }) =>
      before.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );
}

/**
 * The axis for the lanes where no operand asks for one: the last. A reduced one that hardly fills a vector, the width of a
 * pooling window above all, leaves them to the last axis that is kept, if elements lie near each other along it.
 */
function freeLaneAxis(
  planner: Planner,
  { shape }: Node,
  reduced: ReadonlySet<number>,
  reads: readonly Read[],
  variables: readonly IndexVariable[],
): number {
  const { lanes, laneChoices = [lanes] } = planner.target;
  const narrowest = Math.min(...laneChoices.filter((width) => width > 1), lanes);
  const last = shape.length - 1;
  if (!reduced.has(last) || (shape[last] as number) >= 2 * lanes) return last;
  const kept = shape.findLastIndex((size, axis) => !reduced.has(axis) && size >= narrowest);
  if (kept < 0) return last;
  const isNear = reads.every((read) => {
    return Math.abs(stepAlong(read, variables[kept] as IndexVariable)) <= lanes;
  });
  return isNear ? kept : last;
}

/** Registers that collect a reduction: a vector, and a scalar for what vectors leave over. */
function accumulatorFor(w: KernelWriter, combine: Combine, core: Node, input: Node) {
  const kind = kindOf(input);
  const start = identityOf(combine, kind);
  const join = joinOf(w, combine);
  return (inLanes: boolean, width: number, run: Visit): Value => {
    const scalar = w.k.let(w.k.const(start, inLanes ? 1 : width, kind));
    const vector = inLanes ? w.k.let(w.k.const(start, w.lanes, kind)) : scalar;
    run((index, at) => {
      const value = numeric(w, w.value(input, index, at));
      const target = inLanes && at > 1 ? vector : scalar;
      w.k.set(target, join(target, w.k.splat(value, target.type.lanes)));
    });
    if (!inLanes) return scalar;
    let total = scalar;
    if (combine === "sum" && kind === "float") return w.k.let(join(total, w.k.total(vector)));
    for (let l = 0; l < w.lanes; l++) total = w.k.let(join(total, w.k.lane(vector, l)));
    return core.dtype === "bool" ? w.math.toMask(total) : total;
  };
}
