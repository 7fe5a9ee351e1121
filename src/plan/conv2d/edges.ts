// Which kernel positions and rows lie inside the image: edges cost nothing, since only what is inside is written
// or looped over.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { KernelWriter } from "../writer.ts";
import type { Axis1d } from "./shared.ts";

/** Kernel positions whose input lies inside, for an output position known when the kernel is written. */
export function validTaps(axis: Axis1d, position: number): number[] {
  return Array.from({ length: axis.kernel }, (_, tap) => tap).filter((tap) => {
    const at = position * axis.stride + tap * axis.dilation - axis.before;
    return at >= 0 && at < axis.size;
  });
}

/** Is the reach of some output outside the input in a way that a range of rows cannot express? */
export function needsPadding(axis: Axis1d): boolean {
  return axis.dilation > 1 && !allInside(axis);
}

export function allInside(axis: Axis1d): boolean {
  const last = (axis.outSize - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.before;
  return axis.before === 0 && last < axis.size;
}

/** First and end of the kernel rows that lie inside for output row y: max(0, p − y·s) … min(K, H + p − y·s). */
export function forwardRows(w: KernelWriter, axis: Axis1d, y: IndexLike) {
  if (allInside(axis)) return [toIndex(0), toIndex(axis.kernel)] as const;
  const { k } = w;
  const int = (value: number): Value => k.const(value, 1, "int");
  const first = k.letIndex(
    "u0",
    k.binary("max", int(0), k.index(plus(times(y, -axis.stride), axis.before))),
  );
  const end = k.letIndex(
    "u1",
    k.binary(
      "min",
      int(axis.kernel),
      k.index(plus(times(y, -axis.stride), axis.size + axis.before)),
    ),
  );
  return [first, end] as const;
}

/** Pixels first + stride · i, i < count, and the taps that reach them: tap t comes from output i + offset. */
export interface Phase {
  readonly first: number;
  readonly count: number;
  readonly taps: readonly { readonly tap: number; readonly offset: number }[];
}

export function phasesOf(axis: Axis1d): Phase[] {
  return Array.from({ length: Math.min(axis.stride, axis.size) }, (_, phase) => ({
    first: phase,
    count: Math.ceil((axis.size - phase) / axis.stride),
    taps: Array.from({ length: axis.kernel }, (_, tap) => ({
      tap,
      offset: (phase + axis.before - tap * axis.dilation) / axis.stride,
    })).filter(({ offset }) => Number.isInteger(offset)),
  }));
}

/** Kernel rows that reach pixel row q of a phase, each with the output row it comes from. */
export function overGradientRows(
  w: KernelWriter,
  axis: Axis1d,
  phase: Phase,
  q: IndexLike,
  body: (u: IndexLike, row: IndexLike) => void,
): void {
  const { k } = w;
  const [first, second] = phase.taps;
  if (first === undefined) return;
  const int = (value: number): Value => k.const(value, 1, "int");
  const tapStep = second === undefined ? 1 : second.tap - first.tap;
  const rowStep = second === undefined ? 1 : first.offset - second.offset;
  if (rowStep === 1) {
    // Tap j comes from output row q + offset − j: a range of j lies inside.
    const from = k.letIndex(
      "j0",
      k.binary("max", int(0), k.index(plus(q, first.offset - axis.outSize + 1))),
    );
    const to = k.letIndex(
      "j1",
      k.binary("min", int(phase.taps.length), k.index(plus(q, first.offset + 1))),
    );
    k.for("j", from, to, (j) =>
      body(plus(times(j, tapStep), first.tap), plus(plus(q, first.offset), times(j, -1))),
    );
    return;
  }
  for (const { tap, offset } of phase.taps) {
    const row = k.let(k.index(plus(q, offset)));
    const inside = k.binary(
      "and",
      k.compare("ge", row, int(0)),
      k.compare("lt", row, int(axis.outSize)),
    );
    k.if(inside, () => body(tap, plus(q, offset)));
  }
}

/** Kernel rows u, each with the output rows whose input row lies inside. */
export function overWeightRows(
  w: KernelWriter,
  axis: Axis1d,
  body: (u: IndexLike, first: IndexLike, end: IndexLike) => void,
): void {
  const { k } = w;
  const range = (u: number): [number, number] => {
    const first = Math.max(0, Math.ceil((axis.before - u * axis.dilation) / axis.stride));
    const end = Math.min(
      axis.outSize,
      Math.floor((axis.size - 1 + axis.before - u * axis.dilation) / axis.stride) + 1,
    );
    return [first, Math.max(first, end)];
  };
  const ranges = Array.from({ length: axis.kernel }, (_, u) => range(u));
  if (ranges.every(([first, end]) => first === 0 && end === axis.outSize)) {
    k.for("u", 0, axis.kernel, (u) => body(u, 0, axis.outSize));
  } else if (axis.stride === 1 && axis.dilation === 1) {
    k.for("u", 0, axis.kernel, (u) => {
      const int = (value: number): Value => k.const(value, 1, "int");
      const first = k.letIndex(
        "y0",
        k.binary("max", int(0), k.index(plus(times(u, -1), axis.before))),
      );
      const end = k.letIndex(
        "y1",
        k.binary("min", int(axis.outSize), k.index(plus(times(u, -1), axis.size + axis.before))),
      );
      body(u, first, end);
    });
  } else {
    ranges.forEach(([first, end], u) => {
      body(u, first, end);
    });
  }
}
