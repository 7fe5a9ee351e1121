// Large answers go to the page as they are, without a copy.

const given = new WeakSet<object>();

/** Marks an answer whose arrays the engine needs no more: they move to the page with it. */
export function handOver<Value extends object>(value: Value): Value {
  given.add(value);
  return value;
}

/** The buffers that move with an answer; none unless it was handed over. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const collect = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) buffers.add(part.buffer);
    } else if (typeof part === "object" && part !== null) {
      for (const inner of Object.values(part)) collect(inner);
    }
  };
  if (typeof value === "object" && value !== null && given.has(value)) collect(value);
  return [...buffers];
}
