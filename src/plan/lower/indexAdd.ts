// Adjoint of indexSelect: rows of the gradient added to the rows they were taken from, in order, so
// that a row taken twice gets both.
import { toIndex } from "../../kernel/indexing.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { plainOperand } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { loops } from "./loops.ts";
import { storeExpression } from "./pointwise.ts";

export function lowerIndexAdd(planner: Planner, { node, core }: Root): void {
  const [grad, index] = core.inputs as [Node, Node];
  const { axis } = core.params as { axis: number };
  const sums = node === core ? planner.place(node, "plain") : planner.temporary(core, core.shape);
  if (isEmpty(core)) return;
  const from = plainOperand(planner, grad);
  const table = plainOperand(planner, index);
  const last = core.shape.length - 1;
  const w = planner.writer("indexAdd");
  w.writes(sums);
  const axes = (shape: readonly number[]): { size: number; vector: boolean }[] =>
    shape.map((size, a) => ({ size, vector: w.lanes > 1 && a === last && axis !== last }));
  const order = core.shape.map((_, a) => a);
  loops(w, axes(core.shape), order, null, (at, width) => w.store(sums, at, w.k.const(0), width));
  loops(w, axes(grad.shape), order, null, (at, width) => {
    const row = w.k.letIndex("row", w.k.load(w.buffer(table), inLane(at[axis] as AxisIndex, 0)));
    const target = at.map((i, a) => (a === axis ? fixed(toIndex(row)) : i));
    w.store(sums, target, w.k.add(w.load(sums, target, width), w.load(from, at, width)), width);
  });
  planner.launch(w, 1, { flops: sizeOf(grad.shape) });
  if (node !== core) {
    planner.adopt(core, sums);
    storeExpression(planner, node, planner.place(node, "plain"), -1);
  }
}
