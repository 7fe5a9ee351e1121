// cumsum: the sum of all elements so far along an axis, from the front or from the back.
import { plus, times } from "../../kernel/indexing.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { withEpilogue } from "./boxes.ts";
import { loops } from "./loops.ts";
import { splitOver } from "./pointwise.ts";

export function lowerCumsum(planner: Planner, { node, core }: Root): void {
  const input = core.inputs[0] as Node;
  const { axis, reverse } = core.params as { axis: number; reverse: boolean };
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const w = planner.writer("cumsum");
  w.writes(place);
  const last = core.shape.length - 1;
  const rows = core.shape.map((size, a) => ({
    size: a === axis ? 1 : size,
    vector: a === last && a !== axis && w.lanes > 1,
  }));
  const count = core.shape[axis] as number;
  const split = splitOver(rows, w.lanes, sizeOf(core.shape) * 4);
  const order = core.shape.map((_, a) => a);
  loops(w, rows, order, split, (row, width) => {
    const total = w.k.let(w.k.const(0, width, core.dtype === "float32" ? "float" : "int"));
    w.k.for("k", 0, count, (k) => {
      const at = row.with(axis, fixed(reverse ? plus(count - 1, times(k, -1)) : k));
      w.k.set(total, w.k.add(total, w.value(input, at, width)));
      const value = withEpilogue(w, node, core, total, at, width);
      w.store(place, at, value, width);
    });
  });
  planner.launch(w, split?.chunks ?? 1, { flops: sizeOf(core.shape) });
}
