// Keys of random tensors (dropout, `rand`). A key is two int32 scalars: leaves of the graph, so that a
// step that is compiled once draws other numbers each time it runs.
import { defaultGenerator, type Generator } from "./random.ts";
import { Tensor, Variable } from "./tensor.ts";

/** What `uniform` and `normal` make their numbers from. */
export type RandomKey = readonly [Tensor, Tensor];

/** Gives the next key; `generator` is null where nobody asked for one of their own. */
export type KeySource = (generator: Generator | null) => RandomKey;

let source: KeySource = (generator) => keyFrom(generator ?? defaultGenerator);

/** A key that nothing else uses, drawn from the generator: the default one unless given. */
export function randomKey(generator: Generator | null = null): RandomKey {
  return source(generator);
}

/** Runs `body`, in which keys come from `keys`. */
export function withRandomKeys<T>(keys: KeySource, body: () => T): T {
  const before = source;
  source = keys;
  try {
    return body();
  } finally {
    source = before;
  }
}

/** A key of the generator's next two words. */
export function keyFrom(generator: Generator): RandomKey {
  const word = (): Tensor => Tensor.ofData(Int32Array.of(generator.bits()), [], "int32");
  return [word(), word()];
}

/** Keys of a captured step: variables, written before each run. */
export class StepKeys {
  readonly #keys: { readonly words: readonly Variable[]; readonly own: Generator | null }[] = [];

  /** The source to capture the step with. */
  readonly next: KeySource = (own) => {
    const word = (): Variable => new Variable(Tensor.ofData(new Int32Array(1), [], "int32"));
    const words = [word(), word()] as const;
    this.#keys.push({ words, own });
    return words;
  };

  /** Draws the keys of a run, in the order in which the step asked for them. */
  write(generator: Generator): void {
    for (const { words, own } of this.#keys)
      for (const word of words) word.write(Int32Array.of((own ?? generator).bits()));
  }
}
