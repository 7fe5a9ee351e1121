// The order of an epoch in batches, and which of its images it takes again.

/** A batch to come. */
export interface EpochPart {
  readonly indices: Int32Array;
  /** How often the epoch took each image before; null if it takes none twice. */
  readonly repeats: Int32Array | null;
}

/**
 * The batches of an epoch, or of what is left of it.
 * @param before what the epoch took before
 */
export function partsOf(
  order: Int32Array,
  batchSize: number,
  before: Int32Array = new Int32Array(0),
): EpochPart[] {
  const repeats = repeatsIn(order, before);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => {
    const [from, to] = [i * batchSize, (i + 1) * batchSize];
    return {
      indices: order.slice(from, to),
      repeats: repeats === null ? null : repeats.slice(from, to),
    };
  });
}

function repeatsIn(order: Int32Array, before: Int32Array): Int32Array | null {
  const times = new Map<number, number>();
  const next = (index: number): number => {
    const already = times.get(index) ?? 0;
    times.set(index, already + 1);
    return already;
  };
  before.forEach(next);
  const repeats = order.map(next);
  return repeats.some((repeat) => repeat > 0) ? repeats : null;
}
