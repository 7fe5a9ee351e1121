// Sums that were computed in parts, beside each other: added in order, with the epilogue.
import type { Shape } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { storeBox } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";

export interface Parts {
  readonly name: string;
  /** [parts, …box]. */
  readonly partial: Place;
  readonly box: Shape;
  /** Where in the result the sum at a position of the box goes. */
  readonly target: (w: KernelWriter, at: readonly AxisIndex[]) => readonly AxisIndex[];
}

export function sumParts(planner: Planner, root: Root, place: Place, parts: Parts): void {
  const { name, partial, box, target } = parts;
  const count = partial.shape[0] as number;
  storeBox(planner, {
    name: `${name}Sum`,
    node: root.node,
    place,
    box,
    laneAxis: -1,
    operations: count,
    target: (at, w) => target(w, at),
    value: (w, at) => {
      const sum = w.k.let(w.k.const(0));
      w.k.for("part", 0, count, (part) => {
        w.k.set(sum, w.k.add(sum, w.load(partial, [fixed(part), ...at], 1)));
      });
      return withEpilogue(w, root.node, root.core, sum, target(w, at), 1);
    },
  });
}
