// Adjoint of indexSelect: rows of the gradient added to the rows they were taken from, in order, so
// that a row taken twice gets both.
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { plainOperand } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import { isByElement, type Planner } from "../planner.ts";
import { loops } from "./loops.ts";
import { thenEpilogue } from "./pointwise.ts";
import { scatterByElement } from "./scatterElements.ts";

export function lowerIndexAdd(planner: Planner, root: Root): void {
  thenEpilogue(planner, root, (sums) => addRows(planner, root.core, sums));
}

function addRows(planner: Planner, core: Node, sums: Place): void {
  const [grad, index] = core.inputs as [Node, Node];
  const { axis } = core.params as { axis: number };
  const from = plainOperand(planner, grad);
  const table = plainOperand(planner, index);
  if (isByElement(planner)) {
    return scatterByElement(planner, sums, {
      name: "indexAdd",
      shape: core.shape,
      axis,
      from: grad.shape,
      adds: true,
      start: (w) => w.k.const(0),
      value: (w, at) => w.load(from, at, 1),
      target: (w, at) => w.load(table, [at[axis] as AxisIndex], 1),
    });
  }
  const last = core.shape.length - 1;
  const w = planner.writer("indexAdd");
  w.writes(sums);
  const axes = (shape: readonly number[]): { size: number; vector: boolean }[] =>
    shape.map((size, a) => ({ size, vector: w.lanes > 1 && a === last && axis !== last }));
  const order = core.shape.map((_, a) => a);
  loops(w, axes(core.shape), order, null, (at, width) => w.store(sums, at, w.k.const(0), width));
  loops(w, axes(grad.shape), order, null, (at, width) => {
    const number = w.k.load(w.buffer(table), inLane(at[axis] as AxisIndex, 0));
    const row = w.position(number, core.shape[axis] as number);
    const target = at.map((i, a) => (a === axis ? fixed(row) : i));
    w.store(sums, target, w.k.add(w.load(sums, target, width), w.load(from, at, width)), width);
  });
  planner.launch(w, 1, { flops: sizeOf(grad.shape) });
}
