// Reductions: sum, max, min, prod along axes, with the expression that is reduced evaluated on the
// way in and the epilogue on the way out. The order of additions is fixed by the shapes alone.
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { Op } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, readsAt, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { loops } from "./loops.ts";
import { splitOver } from "./pointwise.ts";

type Combine = "sum" | "max" | "min" | "prod";

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
  const laneAxis = batch ? 0 : required >= 0 ? required : rank - 1;
  const place = planner.place(node, batch ? "batch" : "plain");
  if (isEmpty(node)) return;

  const w = planner.writer(core.op?.name ?? "reduce");
  w.writes(place);
  const axes = input.shape.map((size, axis) => ({
    size,
    vector: axis === laneAxis && w.lanes > 1,
  }));
  const finish = (value: Value, at: readonly AxisIndex[], width: number): void => {
    w.known.set(core, value);
    const out = outIndex(at);
    w.store(place, out, node === core ? value : w.value(node, out, width), width);
    w.known.delete(core);
  };
  const reducedInLanes = laneAxis >= 0 && reduced.has(laneAxis) && w.lanes > 1;
  const keptAxes = axes.map((axis, a) => (reduced.has(a) ? { size: 1, vector: false } : axis));
  const split = splitOver(keptAxes, w.lanes, sizeOf(input.shape) * 4);
  const accumulate = accumulatorFor(w, lowering.combine, core, input);
  loops(w, keptAxes, kept, split, (keptIndex, width) => {
    const inner = axes.map((axis, a) => (reduced.has(a) ? axis : { size: 1, vector: false }));
    const order = [...reduced].sort((a, b) => a - b);
    const value = accumulate(reducedInLanes, width, (visit) => {
      loops(w, inner, order, null, (at, innerWidth) => {
        const full = at.map((i, axis) => (reduced.has(axis) ? i : (keptIndex[axis] as AxisIndex)));
        visit(full, reducedInLanes ? innerWidth : width);
      });
    });
    finish(value, keptIndex, reducedInLanes ? 1 : width);
  });
  planner.launch(w, split?.chunks ?? 1, { flops: sizeOf(input.shape) });
}

/** Registers that collect a reduction: a vector, and a scalar for what vectors leave over. */
function accumulatorFor(w: KernelWriter, combine: Combine, core: Node, input: Node) {
  const kind = input.dtype === "float32" ? "float" : "int";
  const start = identityOf(combine, kind);
  const join = (a: Value, b: Value): Value => {
    switch (combine) {
      case "sum":
        return w.k.binary("add", a, b);
      case "prod":
        return w.k.binary("mul", a, b);
      case "max":
        return w.k.binary("max", a, b);
      case "min":
        return w.k.binary("min", a, b);
      default:
        return combine satisfies never;
    }
  };
  return (
    inLanes: boolean,
    width: number,
    run: (visit: (index: readonly AxisIndex[], width: number) => void) => void,
  ): Value => {
    const scalar = w.k.let(w.k.const(start, inLanes ? 1 : width, kind));
    const vector = inLanes ? w.k.let(w.k.const(start, w.lanes, kind)) : scalar;
    run((index, at) => {
      const value = numeric(w, w.value(input, index, at));
      const target = inLanes && at > 1 ? vector : scalar;
      w.k.set(target, join(target, w.k.splat(value, target.type.lanes)));
    });
    if (!inLanes) return scalar;
    let total = scalar;
    for (let l = 0; l < w.lanes; l++) total = w.k.let(join(total, w.k.lane(vector, l)));
    return core.dtype === "bool" ? w.math.toMask(total) : total;
  };
}

function numeric(w: KernelWriter, value: Value): Value {
  return value.type.kind === "mask" ? w.math.toInt(value) : value;
}

function identityOf(combine: Combine, kind: "float" | "int"): number {
  switch (combine) {
    case "sum":
      return 0;
    case "prod":
      return 1;
    case "max":
      return kind === "float" ? Number.NEGATIVE_INFINITY : -0x80000000;
    case "min":
      return kind === "float" ? Number.POSITIVE_INFINITY : 0x7fffffff;
    default:
      return combine satisfies never;
  }
}
