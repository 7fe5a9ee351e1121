// Random numbers on the host: Philox4x32-10, a counter-based generator. A number depends only on the
// seed, the stream and its position, so the same seed gives the same weights and the same order of
// images on every machine, and a position can be saved and returned to.
import { OptionError } from "./errors.ts";

/** Four 32-bit words. */
export type Words4 = readonly [number, number, number, number];

/** Where a generator stands, as plain data. */
export interface GeneratorState {
  readonly seed: number;
  readonly stream: number;
  /** 32-bit words drawn so far. */
  readonly position: number;
  /** Second value of the last pair of normal numbers, if it is still to be given out. */
  readonly spareNormal: number | null;
}

/**
 * High 32 bits of the 64-bit product, by 16-bit halves. Every partial sum stays below 2^32, and all of it in int32, where
 * engines are fastest: what is above 2^31 is negative meanwhile.
 */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const middle = (Math.imul(aLow, bHigh) + (low & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (low >>> 16) + (middle >>> 16)) | 0;
}

/**
 * The Philox4x32-10 bijection: ten rounds that turn a counter and a key into four random words.
 * @example philox([0, 0, 0, 0], [0, 0])[0].toString(16) // "6627e8d5"
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function philox(
  counter: Words4,
  key: readonly [number, number],
): [number, number, number, number] {
  const words = Uint32Array.from(counter);
  philoxInPlace(words, key[0], key[1]);
  return [...words] as [number, number, number, number];
}

/** The same on four words in place: networks start with millions of random numbers. */
function philoxInPlace(words: Uint32Array, key0: number, key1: number): void {
  let c0 = words[0] as number;
  let c1 = words[1] as number;
  let c2 = words[2] as number;
  let c3 = words[3] as number;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

const twoTo32 = 2 ** 32;

function checkSeed(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new OptionError(`${what}: must be a whole number from 0 to 2^53 - 1, got ${value}`);
  }
}

/**
 * A stream of random numbers.
 * @param seed   picks the sequence
 * @param stream picks one of many independent sequences of the same seed (an epoch, say)
 * @example Array.from(new Generator(7).permutation(4)) // [2, 0, 3, 1]
 */
export class Generator {
  #seed = 0;
  #stream = 0;
  #position = 0;
  #spareNormal: number | null = null;
  /** The four words from which the next come, and how many of them were given out. */
  readonly #block = new Uint32Array(4);
  #given = 4;

  constructor(seed = 0, stream = 0) {
    this.manualSeed(seed, stream);
  }

  /** Starts the sequence of this seed from its beginning. */
  manualSeed(seed: number, stream = 0): this {
    checkSeed("manualSeed", seed);
    checkSeed("manualSeed: stream", stream);
    return this.setState({ seed, stream, position: 0, spareNormal: null });
  }

  /** Where the generator stands; `setState` goes on from there. */
  state(): GeneratorState {
    return {
      seed: this.#seed,
      stream: this.#stream,
      position: this.#position,
      spareNormal: this.#spareNormal,
    };
  }

  /** Returns to a saved position. */
  setState(state: GeneratorState): this {
    checkSeed("setState: position", state.position);
    this.#seed = state.seed;
    this.#stream = state.stream;
    this.#position = state.position;
    this.#spareNormal = state.spareNormal;
    this.#given = 4;
    return this;
  }

  /** The next 32 random bits, as a number in `[0, 2^32)`. */
  bits(): number {
    if (this.#given === 4) this.#makeBlock();
    this.#position++;
    return this.#block[this.#given++] as number;
  }

  #makeBlock(): void {
    const index = Math.floor(this.#position / 4);
    const words = this.#block;
    // Words are numbers modulo 2^32.
    words[0] = index;
    words[1] = index / twoTo32;
    words[2] = this.#stream;
    words[3] = this.#stream / twoTo32;
    philoxInPlace(words, this.#seed, this.#seed / twoTo32);
    this.#given = this.#position - 4 * index;
  }

  /** A number in `[0, 1)` with 24 random bits: exact in float32, so rounding never reaches 1. */
  uniform(): number {
    return (this.bits() >>> 8) / 2 ** 24;
  }

  /** Goes on as if `uniform` had been called so many times. */
  skipUniform(count: number): void {
    this.#position += count;
    this.#given = 4;
  }

  /** Goes on as if `normal` had been called so many times. */
  skipNormal(count: number): void {
    if (count === 0) return;
    const left = this.#spareNormal === null ? count : count - 1;
    this.#spareNormal = null;
    this.skipUniform(left - (left % 2));
    if (left % 2 === 1) this.normal();
  }

  /** A number of the standard normal distribution (Box–Muller, which gives two at a time). */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    // 1 − u is never 0, so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A whole number in `[0, bound)`, every one equally likely: draws past the last multiple are redrawn. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > twoTo32) {
      throw new OptionError(`integer: bound must be a whole number from 1 to 2^32, got ${bound}`);
    }
    const limit = twoTo32 - (twoTo32 % bound);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % bound;
  }

  /**
   * The numbers 0 … n − 1 in random order (Fisher–Yates).
   * @example new Generator(0).permutation(3).length // 3
   */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i] as number;
      order[i] = order[j] as number;
      order[j] = swapped;
    }
    return order;
  }
}

/** The generator that `nn.init` and the layers draw from unless given another. */
export const defaultGenerator = new Generator(0);

/**
 * Seeds the default generator, as `torch.manual_seed`: the same seed gives the same starting weights.
 * @example manualSeed(0)
 */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}
