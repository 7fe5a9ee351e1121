// Places for temporaries in one arena: values that are never alive at the same time share memory.

/** When a value is alive, in stages (both ends included), and how large it is. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Every value starts at a multiple of this, and has this much slack for a vector read past its end. */
const alignment = 64;

/** Stride that puts every element of a large array into the same cache set: avoided. */
const page = 4096;

/**
 * Offsets such that no two values alive in a common stage overlap. Largest first, each at the
 * lowest offset that is free for its whole life.
 */
export function layOut(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => sizeOf(lifetimes, b) - sizeOf(lifetimes, a) || a - b);
  const placed: { from: number; to: number; start: number; end: number }[] = [];
  let total = 0;
  for (const i of order) {
    const { from, to } = lifetimes[i] as Lifetime;
    const size = sizeOf(lifetimes, i);
    if (size === 0) continue;
    const rivals = placed
      .filter((p) => p.from <= to && p.to >= from)
      .sort((a, b) => a.start - b.start);
    let start = 0;
    for (const rival of rivals) {
      if (start + size <= rival.start) break;
      start = Math.max(start, rival.end);
    }
    offsets[i] = start;
    placed.push({ from, to, start, end: start + size });
    total = Math.max(total, start + size);
  }
  return { offsets, bytes: total };
}

function sizeOf(lifetimes: readonly Lifetime[], i: number): number {
  const { bytes } = lifetimes[i] as Lifetime;
  if (bytes === 0) return 0;
  const rounded = Math.ceil(bytes / alignment) * alignment + alignment;
  return rounded % page === 0 ? rounded + alignment : rounded;
}
