// scatter, scatterAdd and indexAdd, where chunks are elements of the result: each looks through what may go there, in order, so that
// what meets is added in the same order every time.
import type { Value } from "../../kernel/ir.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { ifAll, isBelow } from "./covering.ts";
import { launchElements } from "./elementKernel.ts";

/** Up to so many results each has a chunk; of more, those that differ along the axis alone share one. */
const mostElements = 2 ** 24;

export interface Scattering {
  readonly name: string;
  readonly shape: Shape;
  readonly axis: number;
  /** What is there at first. */
  readonly start: (w: KernelWriter, at: readonly AxisIndex[]) => Value;
  /** Shape of what goes there; not larger than the result, but along the axis. */
  readonly from: Shape;
  readonly value: (w: KernelWriter, at: readonly AxisIndex[]) => Value;
  /** Where along the axis it goes: an int. */
  readonly target: (w: KernelWriter, at: readonly AxisIndex[]) => Value;
  /** Is it added to what is there, or does it replace that? */
  readonly adds: boolean;
}

export function scatterByElement(planner: Planner, place: Place, scattering: Scattering): void {
  const { name, shape, axis, from, start, value, target, adds } = scattering;
  const isShared = sizeOf(shape) > mostElements;
  const [length, count] = [shape[axis] as number, from[axis] as number];
  const box = isShared ? shape.with(axis, 1) : shape;
  const kernel = { name, box, writes: [place], flops: sizeOf(from) };
  launchElements(planner, kernel, (w, at) => {
    const { k } = w;
    /** Visits what may go there. */
    const overSources = (visit: (source: readonly AxisIndex[]) => void): void => {
      const conditions = at.flatMap((i, a) =>
        a !== axis && (from[a] as number) < (shape[a] as number)
          ? [isBelow(w, inLane(i, 0), from[a] as number)]
          : [],
      );
      ifAll(w, conditions, () => k.for("from", 0, count, (i) => visit(at.with(axis, fixed(i)))));
    };
    if (isShared) {
      k.for("to", 0, length, (i) => {
        const to = at.with(axis, fixed(i));
        w.store(place, to, start(w, to), 1);
      });
      overSources((source) => {
        const to = at.with(axis, fixed(w.position(target(w, source), length)));
        const given = value(w, source);
        w.store(place, to, adds ? k.add(w.load(place, to, 1), given) : given, 1);
      });
    } else {
      const total = k.let(start(w, at));
      const own = k.index(inLane(at[axis] as AxisIndex, 0));
      overSources((source) => {
        const to = k.index(w.position(target(w, source), length));
        k.if(k.compare("eq", to, own), () => {
          const given = value(w, source);
          k.set(total, adds ? k.add(total, given) : given);
        });
      });
      w.store(place, at, total, 1);
    }
  });
}
