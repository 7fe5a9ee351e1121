// Where the elements lie that a convolution multiplies: the pixel under a tap, the output that a tap carries to a pixel.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import { allInside, phasesOf } from "../conv2d/edges.ts";
import type { Axis1d, ConvSizes } from "../conv2d/shared.ts";
import { fixed, type Place } from "../place.ts";
import type { KernelWriter } from "../writer.ts";

export type Three = readonly [IndexLike, IndexLike, IndexLike];

/** A position along one axis, from 0 to size if it lies inside. */
export interface Reach {
  readonly position: Index;
  readonly size: number;
  /** Does it always lie inside? */
  readonly isInside: boolean;
}

/** The element of x under tap [c, u, v] of the window at output [n, i, j]; 0 outside the image. */
export function inputAt(
  w: KernelWriter,
  sizes: ConvSizes,
  x: Place,
  group: IndexLike,
  [n, i, j]: Three,
  [c, u, v]: Three,
): Value {
  const channel = plus(times(group, sizes.inPerGroup), c);
  const reach = (axis: Axis1d, output: IndexLike, tap: IndexLike): Reach => ({
    position: plus(plus(times(output, axis.stride), times(tap, axis.dilation)), -axis.before),
    size: axis.size,
    isInside: allInside(axis),
  });
  return loadInside(w, x, [n, channel], [reach(sizes.down, i, u), reach(sizes.across, j, v)]);
}

/** The gradient that tap [o, u, v] of a phase carries to its pixel [n, q, r]; 0 where there is no such output. */
export function gradientAt(
  w: KernelWriter,
  sizes: ConvSizes,
  grad: Place,
  group: IndexLike,
  phase: GradPhase,
  [n, q, r]: Three,
  [o, u, v]: Three,
): Value {
  const channel = plus(times(group, sizes.outPerGroup), o);
  return loadInside(w, grad, [n, channel], [phase.down.output(q, u), phase.across.output(r, v)]);
}

/** An element; 0 outside the image. */
export function loadInside(
  w: KernelWriter,
  place: Place,
  outer: readonly IndexLike[],
  reaches: readonly Reach[],
): Value {
  const { k } = w;
  const load = (): Value =>
    w.load(place, [...outer, ...reaches.map(({ position }) => position)].map(fixed), 1);
  const conditions = reaches.flatMap(({ position, size, isInside }) => {
    if (isInside) return [];
    const at = k.let(k.index(position));
    return [
      k.compare("ge", at, k.const(0, 1, "int")),
      k.compare("lt", at, k.const(size, 1, "int")),
    ];
  });
  if (conditions.length === 0) return load();
  const value = k.let(k.const(0));
  k.if(
    conditions.reduce((all, each) => k.binary("and", all, each)),
    () => k.set(value, load()),
  );
  return value;
}

/** One axis of a phase: pixels one stride apart, and the taps that reach them. */
interface PhaseAxis {
  readonly count: number;
  readonly taps: number;
  /** The place of its pixel q in the image, and of its tap u in the kernel. */
  readonly pixel: (q: IndexLike) => Index;
  readonly tap: (u: IndexLike) => Index;
  /** The output from which tap u reaches pixel q. */
  readonly output: (q: IndexLike, u: IndexLike) => Reach;
}

export interface GradPhase {
  readonly down: PhaseAxis;
  readonly across: PhaseAxis;
}

export function gradPhases({ down, across }: ConvSizes): GradPhase[] {
  const columns = phaseAxes(across);
  return phaseAxes(down).flatMap((row) => columns.map((column) => ({ down: row, across: column })));
}

function phaseAxes(axis: Axis1d): PhaseAxis[] {
  return phasesOf(axis).map(({ first, count, taps }) => {
    // The taps of a phase lie equally far apart, and so do the outputs that they come from.
    const [start, next] = taps;
    const tapStep = start === undefined || next === undefined ? 1 : next.tap - start.tap;
    const offsetStep = start === undefined || next === undefined ? 0 : next.offset - start.offset;
    const offsets = taps.map(({ offset }) => offset);
    const isInside = Math.min(...offsets) >= 0 && count - 1 + Math.max(...offsets) < axis.outSize;
    return {
      count,
      taps: taps.length,
      pixel: (q) => plus(times(q, axis.stride), first),
      tap: (u) => plus(times(u, tapStep), start?.tap ?? 0),
      output: (q, u) => ({
        position: plus(plus(q, times(u, offsetStep)), start?.offset ?? 0),
        size: axis.outSize,
        isInside,
      }),
    };
  });
}
