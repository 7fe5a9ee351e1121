// Reads a network from its text: the part of TypeScript that writes layers, by recursive descent. Nothing is run.
import { type Entry, type Layer, NetworkTextError, type Span, type Value } from "./syntax.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Deeper than any network, and far below what the stack holds. */
const deepest = 100;

/** Characters, at most: several times what the deepest networks need. */
const longest = 200_000;

/**
 * The layer that a text describes. Around it may stand what a program has there: imports and a name before it, and behind a
 * network with a name whatever is done with it.
 * @throws NetworkTextError with the place of what is wrong
 * @example parseNetwork('import { nn } from "fovea"; export const net = new nn.ReLU();').name // "ReLU"
 */
export function parseNetwork(text: string): Layer {
  if (text.length > longest) {
    const rest = { start: longest, end: text.length };
    throw new NetworkTextError(`the text is longer than ${longest} characters`, text, rest);
  }
  const parser = new Parser(text);
  const isProgram = parser.prologue();
  const network = parser.value(0);
  // What a program does with its network is not read.
  if (!isProgram) parser.finish();
  if (network.kind !== "layer") {
    throw new NetworkTextError("a network begins with new nn.Sequential(", text, network);
  }
  return network;
}

class Parser {
  readonly #text: string;
  readonly #tokens: Iterator<Token, Token, undefined>;
  #next: Token;
  /** Behind the token that was taken last. */
  #end = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    this.#next = this.#tokens.next().value;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind === "end") return token;
    this.#end = token.end;
    this.#next = this.#tokens.next().value;
    return token;
  }

  #fail(message: string, where: Span): never {
    throw new NetworkTextError(message, this.#text, where);
  }

  #is(sign: string): boolean {
    return this.#next.kind === "sign" && this.#next.text === sign;
  }

  skip(sign: string): boolean {
    if (!this.#is(sign)) return false;
    this.#take();
    return true;
  }

  #expect(sign: string, where: string): Token {
    if (this.#is(sign)) return this.#take();
    const token = this.#next;
    return this.#fail(`expected "${sign}" ${where}, found ${named(token)}`, token);
  }

  finish(): void {
    this.skip(";");
    if (this.#next.kind !== "end") {
      this.#fail(`the network ends before ${named(this.#next)}`, this.#next);
    }
  }

  /** Imports and the beginning of a declaration, which say nothing about the network. Was there a declaration? */
  prologue(): boolean {
    while (this.#isWord("import")) {
      // To the name of the module, which is the first string.
      while (this.#next.kind !== "string" && this.#next.kind !== "end") this.#take();
      this.#take();
      this.skip(";");
    }
    if (this.#isWord("export")) this.#take();
    if (this.#isWord("default")) this.#take();
    if (!this.#isWord("const")) return false;
    this.#take();
    const name = this.#take();
    if (name.kind !== "word") this.#fail(`expected a name, found ${named(name)}`, name);
    this.#expect("=", `after ${name.text}`);
    return true;
  }

  #isWord(word: string): boolean {
    return this.#next.kind === "word" && this.#next.text === word;
  }

  value(depth: number): Value {
    const token = this.#next;
    if (depth > deepest) this.#fail(`more than ${deepest} levels of nesting`, token);
    if (token.kind === "number" || this.#is("-")) return this.#number();
    if (token.kind === "string") return this.#string();
    if (this.#is("[")) return this.#array(depth);
    if (this.#is("{")) return this.#object(depth);
    if (token.kind === "word") return this.#word(depth);
    return this.#fail(`expected a layer or a value, found ${named(token)}`, token);
  }

  #number(): Value {
    const { start } = this.#next;
    const sign = this.skip("-") ? -1 : 1;
    const token = this.#take();
    const value = Number(token.text.replaceAll("_", ""));
    if (token.kind !== "number" || !Number.isFinite(value)) {
      this.#fail(`expected a number, found ${named(token)}`, token);
    }
    return { kind: "scalar", value: sign * value, start, end: token.end };
  }

  #string(): Value {
    const { text, start, end } = this.#take();
    const inner = text.slice(1, -1).replaceAll(/\\(.)/g, (_, sign: string) => {
      return { n: "\n", t: "\t", r: "\r" }[sign] ?? sign;
    });
    return { kind: "scalar", value: inner, start, end };
  }

  #word(depth: number): Value {
    const { text, start, end } = this.#next;
    switch (text) {
      case "new":
        return this.#layer(depth);
      case "true":
      case "false":
        this.#take();
        return { kind: "scalar", value: text === "true", start, end };
      case "null":
        this.#take();
        return { kind: "scalar", value: null, start, end };
      case "nn":
      case "models":
        return this.#fail(`write "new" before ${text}`, { start, end });
      default:
        return this.#fail(`"${text}" is not known here; a layer is new nn.Name(…)`, { start, end });
    }
  }

  #layer(depth: number): Layer {
    const { start } = this.#take();
    const from = this.#take();
    if (from.text !== "nn" && from.text !== "models") {
      this.#fail(`expected nn. after new, found ${named(from)}`, from);
    }
    this.#expect(".", `after ${from.text}`);
    const name = this.#take();
    if (name.kind !== "word")
      this.#fail(`expected the name of a layer, found ${named(name)}`, name);
    this.#expect("(", `after ${name.text}`);
    const inputs = this.#list(")", depth);
    return { kind: "layer", from: from.text, name: name.text, inputs, start, end: this.#end };
  }

  #array(depth: number): Value {
    const { start } = this.#take();
    return { kind: "array", items: this.#list("]", depth), start, end: this.#end };
  }

  #list(close: string, depth: number): Value[] {
    const items: Value[] = [];
    while (!this.skip(close)) {
      items.push(this.value(depth + 1));
      if (!this.#is(close)) this.#expect(",", `or "${close}"`);
    }
    return items;
  }

  #object(depth: number): Value {
    const { start } = this.#take();
    const entries: Entry[] = [];
    while (!this.skip("}")) {
      const key = this.#take();
      if (key.kind !== "word" && key.kind !== "string") {
        this.#fail(`expected the name of an option, found ${named(key)}`, key);
      }
      const name = key.kind === "string" ? key.text.slice(1, -1) : key.text;
      if (entries.some((entry) => entry.key === name)) {
        this.#fail(`"${name}" is given twice`, key);
      }
      this.#expect(":", `after ${name}`);
      entries.push({ key: name, value: this.value(depth + 1) });
      if (!this.#is("}")) this.#expect(",", 'or "}"');
    }
    return { kind: "object", entries, start, end: this.#end };
  }
}

function named({ kind, text }: Token): string {
  return kind === "end" ? "the end of the text" : `"${text}"`;
}
