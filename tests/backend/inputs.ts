// Elements for the inputs of a test case, the same in every run. All are float32 numbers, so that
// every backend starts from the same.
import type { CaseInput } from "../../src/tensor/op.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";

/** A small generator (mulberry32) of numbers in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers. */
export function normalNumbers(seed: number): () => number {
  const random = randomNumbers(seed);
  return () =>
    Math.fround(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** Elements as the case asks for them. */
export function drawInput(
  { shape, dtype = "float32", values }: CaseInput,
  seed: number,
): Float64Array {
  const length = sizeOf(shape);
  const random = randomNumbers(seed);
  const normal = normalNumbers(seed);
  const drawn = values ?? (dtype === "float32" ? "normal" : dtype === "bool" ? [0, 2] : [0, 100]);
  if (drawn === "normal") return Float64Array.from({ length }, normal);
  if (drawn === "positive")
    return Float64Array.from({ length }, () => Math.fround(0.3 + Math.abs(normal())));
  if (drawn === "distinct") return distinct(length, random);
  if ("data" in drawn) return Float64Array.from(drawn.data, Math.fround);
  const [low, high] = drawn;
  return Float64Array.from({ length }, () => low + Math.floor(random() * (high - low)));
}

/** No two alike or close: steps of 1/4 around 0, none of them 0, shuffled. */
function distinct(length: number, random: () => number): Float64Array {
  const numbers = Float64Array.from({ length }, (_, i) => (i - length / 2 + 0.3125) / 4);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
  }
  return numbers.map(Math.fround);
}

export function shapesOf(inputs: readonly CaseInput[]): string {
  return inputs.map(({ shape }: { shape: Shape }) => `[${shape}]`).join(" ");
}
