// A running number taken apart into positions along axes, the last axis fastest.
import { type IndexLike, plus, times } from "../kernel/indexing.ts";
import type { KernelWriter } from "./writer.ts";

export function unravel<const Sizes extends readonly number[]>(
  w: KernelWriter,
  flat: IndexLike,
  sizes: Sizes,
): { [Axis in keyof Sizes]: IndexLike } {
  const { k } = w;
  const positions: IndexLike[] = sizes.map(() => 0);
  let rest = flat;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    // An axis without positions is never reached.
    const size = Math.max(1, sizes[axis] as number);
    if (size === 1) continue;
    if (sizes.slice(0, axis).every((outer) => outer === 1)) {
      positions[axis] = rest;
      break;
    }
    const over = k.letIndex("over", k.quotient(k.index(rest), size));
    positions[axis] = plus(rest, times(over, -size));
    rest = over;
  }
  return positions as { [Axis in keyof Sizes]: IndexLike };
}
