// A network as text, read: what the parser gives, and what the printer takes.
import { FoveaError } from "../../tensor/errors.ts";

/** Where something stands in the text: positions of its first character, and behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Scalar = number | string | boolean | null;

/** A value of the small language: TypeScript's literals, and layers. */
export type Value = Span &
  (
    | { readonly kind: "scalar"; readonly value: Scalar }
    | { readonly kind: "array"; readonly items: readonly Value[] }
    | { readonly kind: "object"; readonly entries: readonly Entry[] }
    | Layer
  );

export interface Entry {
  readonly key: string;
  readonly value: Value;
}

/** `new nn.Conv2d(1, 6, 5, { padding: 2 })`. */
export type Layer = Span & {
  readonly kind: "layer";
  /** Where the class comes from: layers from `nn`, blocks from `models`. */
  readonly from: "nn" | "models";
  readonly name: string;
  readonly inputs: readonly Value[];
};

/**
 * Something in the text of a network that is wrong, with its place. Lines and columns are counted from 1.
 * @example new NetworkTextError("no such layer", "new\nnn.Relu()", { start: 4, end: 11 }).line // 2
 */
export class NetworkTextError extends FoveaError {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, { start, end }: Span) {
    super(message);
    const before = text.slice(0, start).split("\n");
    this.start = start;
    this.end = Math.max(end, start + 1);
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** A place for values that were not read from a text. */
export const nowhere: Span = { start: 0, end: 0 };

export function scalar(value: Scalar): Value {
  return { kind: "scalar", value, ...nowhere };
}
