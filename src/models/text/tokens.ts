// Cuts the text of a network into tokens.
import { NetworkTextError, type Span } from "./syntax.ts";

export type Token = Span & {
  readonly kind: "word" | "number" | "string" | "sign" | "end";
  /** As it stands in the text. */
  readonly text: string;
};

const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const patterns = [
  ["word", /[\p{L}_$][\p{L}\p{N}_$]*/uy],
  ["number", /(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ["sign", /[()[\]{},.:;=-]/y],
] as const;

/**
 * The tokens of a text, one by one, as far as they are wanted; the last is its end.
 * @throws NetworkTextError for characters that begin nothing, and for comments and strings without an end
 */
export function* tokensOf(text: string): Generator<Token, Token, undefined> {
  let at = 0;
  for (;;) {
    at += matchAt(blank, text, at).length;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    yield token;
    at = token.end;
  }
  return { kind: "end", text: "", start: text.length, end: text.length };
}

function tokenAt(text: string, start: number): Token {
  for (const [kind, pattern] of patterns) {
    const found = matchAt(pattern, text, start);
    if (found !== "") return { kind, text: found, start, end: start + found.length };
  }
  const lineEnd = text.indexOf("\n", start);
  const rest = { start, end: lineEnd < 0 ? text.length : lineEnd };
  const [first = ""] = text.slice(start);
  if (first === '"' || first === "'") {
    throw new NetworkTextError("this string has no end on its line", text, rest);
  }
  if (text.startsWith("/*", start)) {
    throw new NetworkTextError("this comment has no end: close it with */", text, rest);
  }
  throw new NetworkTextError(`"${first}" has no meaning here`, text, {
    start,
    end: start + first.length,
  });
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
