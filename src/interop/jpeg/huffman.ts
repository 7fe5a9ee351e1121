// Huffman codes of JPEG: tables, and the bits of a scan.
import { fail } from "./frame.ts";

/** Bits that are looked up at once; most codes are no longer. */
const fastBits = 9;

/** One code: symbols by their bits. */
export interface HuffmanTable {
  /** `length << 8 | symbol` by the next 9 bits; 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** By length: the first code that is longer, and what must be added to a code for its place in `symbols`. */
  readonly end: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

/**
 * Builds a table from the numbers of codes of 1 to 16 bits, and the symbols in order.
 * @throws FormatError if there are more codes of a length than its bits can tell apart
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array, name: string): HuffmanTable {
  const fast = new Uint16Array(1 << fastBits);
  const end = new Int32Array(17);
  const offset = new Int32Array(17);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] as number;
    offset[length] = place - code;
    if (code + count > 1 << length) fail(name, "a Huffman table has too many codes");
    if (length <= fastBits) {
      const spare = fastBits - length;
      for (let i = 0; i < count; i++) {
        const entry = (length << 8) | (symbols[place + i] as number);
        fast.fill(entry, (code + i) << spare, (code + i + 1) << spare);
      }
    }
    code += count;
    place += count;
    end[length] = code;
    code <<= 1;
  }
  return { fast, end, offset, symbols };
}

/** Reads bits, the highest first. Behind the last byte come zeros; {@link overrun} tells. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  /** Next byte to be taken; stands on the marker once it was met. */
  position: number;
  #bits = 0;
  #count = 0;
  #invented = 0;

  constructor(bytes: Uint8Array, position: number, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    this.position = position;
  }

  /** Were bits used that the file does not have? */
  get overrun(): boolean {
    return this.#count < this.#invented;
  }

  /** Forgets the rest of the byte, as before a restart marker. */
  align(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#invented = 0;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 24) {
      let byte = this.position < bytes.length ? (bytes[this.position] as number) : -1;
      // 0xff is followed by a stuffed zero; anything else is a marker, which ends the bits.
      if (byte === 0xff) {
        if (bytes[this.position + 1] === 0) this.position += 2;
        else byte = -1;
      } else if (byte >= 0) this.position++;
      if (byte < 0) {
        byte = 0;
        this.#invented += 8;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }

  bit(): number {
    if (this.#count === 0) this.#fill();
    return (this.#bits >>> --this.#count) & 1;
  }

  /** 0 to 16 bits as a number. */
  take(length: number): number {
    if (length === 0) return 0;
    if (this.#count < length) this.#fill();
    this.#count -= length;
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  /** A signed value of the given number of bits: those that begin with 0 are negative. */
  signed(length: number): number {
    const value = this.take(length);
    return length === 0 || value >> (length - 1) === 1 ? value : value - (1 << length) + 1;
  }

  symbol({ fast, end, offset, symbols }: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = fast[(this.#bits >>> (this.#count - fastBits)) & ((1 << fastBits) - 1)] as number;
    if (entry !== 0) {
      this.#count -= entry >> 8;
      return entry & 255;
    }
    for (let length = fastBits + 1; length <= 16; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code >= (end[length] as number)) continue;
      this.#count -= length;
      return symbols[code + (offset[length] as number)] as number;
    }
    return fail(this.#name, "the compressed pixels are corrupt", [
      { name: "offset", value: String(this.position) },
    ]);
  }
}
