// Writes kernels: each method adds a statement or makes a value. Unrolling is done by the loops of
// the calling TypeScript; what is written is what runs, in that order.
import { type ContractionParts, contractionOf } from "./contraction.ts";
import { type IndexLike, toIndex } from "./indexing.ts";
import type {
  BinaryOperation,
  Buffer,
  Comparison,
  ElementType,
  IndexVariable,
  Kernel,
  Kind,
  Local,
  Statement,
  UnaryOperation,
  Value,
} from "./ir.ts";
import { spreadLoads } from "./spreadLoads.ts";
import { indicesIn, within } from "./walk.ts";

let nextId = 0;

/** An open statement list and the index variables bound in it. */
interface Level {
  readonly statements: Statement[];
  readonly bound: Set<IndexVariable>;
  /** Runs only under a condition: what is inside must stay inside. */
  readonly guarded: boolean;
}

/** Builds one kernel. `lanes` is the width of the vectors it uses where it uses vectors. */
export class KernelBuilder {
  readonly lanes: number;
  readonly #name: string;
  readonly #buffers: Buffer[] = [];
  readonly chunk: IndexVariable = { id: nextId++, name: "chunk" };
  #body: Statement[] = [];
  /** Open statement lists, outermost first, each with the index variables bound inside it. */
  readonly #levels: Level[];

  constructor(name: string, lanes: number) {
    this.#name = name;
    this.lanes = lanes;
    this.#levels = [{ statements: this.#body, bound: new Set([this.chunk]), guarded: false }];
  }

  /** Declares the next buffer. Launches name slots in the order of declaration. */
  buffer(name: string, element: ElementType = "float32"): Buffer {
    const buffer = { id: nextId++, name, element };
    this.#buffers.push(buffer);
    return buffer;
  }

  finish(): Kernel {
    // Without vectors there is nothing over which a load could be spread.
    const body = this.lanes > 1 ? spreadLoads(this.#body) : this.#body;
    return { name: this.#name, buffers: this.#buffers, chunk: this.chunk, body };
  }

  // statements

  /** Binds a value to a register, so that it can be used more than once. */
  let(value: Value): Value {
    if (value.op === "local") return value;
    const local: Local = { id: nextId++, type: value.type };
    this.#body.push({ op: "let", local, value });
    return { op: "local", local, type: value.type };
  }

  /** Gives a register made by `let` a new value. */
  set(target: Value, value: Value): void {
    if (target.op !== "local") throw new Error("kernel: set needs a value made by let");
    this.#body.push({ op: "set", local: target.local, value });
  }

  /** Writes a value. Floats go to float32 alone, masks to uint8 alone; ints to int32, and their low bytes to uint8. */
  store(buffer: Buffer, index: IndexLike, value: Value): void {
    const { kind } = value.type;
    const { name, element } = buffer;
    const isHeld = (kind === "float") === (element === "float32");
    if (!isHeld || (kind === "mask" && element !== "uint8")) {
      throw new Error(`kernel ${this.#name}: store of ${kind} to ${name}, which holds ${element}`);
    }
    this.#body.push({ op: "store", buffer, index: toIndex(index), value });
  }

  /** for (i = from; i < min(to, limit); i += step). A loop known to run once, or never, leaves no loop behind. */
  for(
    name: string,
    from: IndexLike,
    to: IndexLike,
    body: (i: IndexLike) => void,
    { step = 1, limit }: { step?: number; limit?: number } = {},
  ): void {
    const start = toIndex(from);
    const end = toIndex(to);
    if (start.terms.length === 0 && end.terms.length === 0) {
      const stop = Math.min(end.constant, limit ?? Number.POSITIVE_INFINITY);
      if (start.constant >= stop) return;
      if (start.constant + step >= stop) return body(start.constant);
    }
    const variable = { id: nextId++, name };
    const statements = this.#capture(() => body(variable), variable);
    const loop = { op: "for", variable, from: start, to: end, step, body: statements } as const;
    this.#body.push(limit === undefined ? loop : { ...loop, limit });
  }

  /** An index register with the value of a scalar int. */
  letIndex(name: string, value: Value): IndexVariable {
    const variable = { id: nextId++, name };
    const level = this.#levels[this.#levelOf(value)] as Level;
    level.statements.push({ op: "letIndex", variable, value });
    level.bound.add(variable);
    return variable;
  }

  /**
   * As `let`, but placed outside the loops that the value does not depend on. Only for values
   * made of constants, indices and loads from buffers that this kernel does not write.
   */
  hoist(value: Value): Value {
    if (value.op === "local") return value;
    const local: Local = { id: nextId++, type: value.type };
    const depth = this.#levelOf(value);
    (this.#levels[depth] as Level).statements.push({ op: "let", local, value });
    return { op: "local", local, type: value.type };
  }

  /** The outermost level at which all index variables of a value are bound; the innermost for locals. */
  #levelOf(value: Value): number {
    const variables = indexVariables(value);
    const innermost = this.#levels.length - 1;
    if (variables === null) return innermost;
    let depth = Math.max(
      0,
      this.#levels.findLastIndex(({ guarded }) => guarded),
    );
    for (const variable of variables) {
      const level = this.#levels.findIndex(({ bound }) => bound.has(variable));
      depth = Math.max(depth, level < 0 ? innermost : level);
    }
    return depth;
  }

  if(condition: Value, body: () => void): void {
    this.#body.push({ op: "if", condition, body: this.#capture(body) });
  }

  /** A tile of sums of products; the last statement of a kernel. */
  contract(parts: ContractionParts): void {
    const capture = (variable: IndexVariable, body: () => void): Statement[] =>
      this.#capture(body, variable);
    this.#body.push(contractionOf(parts, { capture, newId: () => nextId++ }));
  }

  #capture(body: () => void, variable?: IndexVariable): Statement[] {
    const outer = this.#body;
    const inner: Statement[] = [];
    this.#body = inner;
    this.#levels.push({
      statements: inner,
      bound: new Set(variable === undefined ? [] : [variable]),
      guarded: variable === undefined,
    });
    try {
      body();
    } finally {
      this.#body = outer;
      this.#levels.pop();
    }
    return inner;
  }

  // values

  const(value: number, lanes = 1, kind: Kind = "float"): Value {
    return { op: "const", value, type: { kind, lanes } };
  }

  /** One element (lanes 1) or a vector of consecutive ones. */
  load(buffer: Buffer, index: IndexLike, lanes = 1): Value {
    const kind = buffer.element === "float32" ? "float" : "int";
    return { op: "load", buffer, index: toIndex(index), type: { kind, lanes } };
  }

  gather(buffer: Buffer, indices: readonly IndexLike[]): Value {
    const kind = buffer.element === "float32" ? "float" : "int";
    return {
      op: "gather",
      buffer,
      indices: indices.map(toIndex),
      type: { kind, lanes: indices.length },
    };
  }

  /** A scalar in every lane; a vector as it is. */
  splat(value: Value, lanes = this.lanes): Value {
    if (value.type.lanes === lanes) return value;
    if (value.op === "const") return this.const(value.value, lanes, value.type.kind);
    return { op: "splat", value, type: { kind: value.type.kind, lanes } };
  }

  unary(operation: UnaryOperation, a: Value): Value {
    return { op: "unary", operation, a, type: a.type };
  }

  binary(operation: BinaryOperation, a: Value, b: Value): Value {
    const [left, right] = this.#align(a, b);
    return { op: "binary", operation, a: left, b: right, type: left.type };
  }

  shift(direction: "left" | "right", a: Value, bits: number): Value {
    return { op: "shift", direction, a, bits, type: a.type };
  }

  /** A scalar int that is not negative, divided by a constant and rounded down. */
  quotient(a: Value, by: number): Value {
    return by === 1 ? a : { op: "quotient", a, by, type: a.type };
  }

  /** The same float: what is computed from it is not rearranged with what it is computed from. */
  asRounded(a: Value): Value {
    return { op: "asRounded", a, type: a.type };
  }

  fma(a: Value, b: Value, c: Value): Value {
    const lanes = Math.max(a.type.lanes, b.type.lanes, c.type.lanes);
    return {
      op: "fma",
      a: this.splat(a, lanes),
      b: this.splat(b, lanes),
      c: this.splat(c, lanes),
      type: { kind: "float", lanes },
    };
  }

  compare(comparison: Comparison, a: Value, b: Value): Value {
    const [left, right] = this.#align(a, b);
    return {
      op: "compare",
      comparison,
      a: left,
      b: right,
      type: { kind: "mask", lanes: left.type.lanes },
    };
  }

  select(mask: Value, a: Value, b: Value): Value {
    const lanes = Math.max(mask.type.lanes, a.type.lanes, b.type.lanes);
    const left = this.splat(a, lanes);
    return {
      op: "select",
      mask: this.splat(mask, lanes),
      a: left,
      b: this.splat(b, lanes),
      type: left.type,
    };
  }

  convert(a: Value, kind: Kind): Value {
    return a.type.kind === kind ? a : { op: "convert", a, type: { kind, lanes: a.type.lanes } };
  }

  bits(a: Value): Value {
    return {
      op: "bits",
      a,
      type: { kind: a.type.kind === "float" ? "int" : "float", lanes: a.type.lanes },
    };
  }

  lane(a: Value, lane: number): Value {
    return a.type.lanes === 1 ? a : { op: "lane", a, lane, type: { kind: a.type.kind, lanes: 1 } };
  }

  /** Lanes of two vectors in another order: those of b are counted on from those of a. */
  shuffle(a: Value, b: Value, order: readonly number[]): Value {
    return { op: "shuffle", a, b, order, type: a.type };
  }

  /** The sum of all lanes. */
  total(a: Value): Value {
    return a.type.lanes === 1 ? a : { op: "total", a, type: { kind: "float", lanes: 1 } };
  }

  index(index: IndexLike): Value {
    return { op: "index", index: toIndex(index), type: { kind: "int", lanes: 1 } };
  }

  laneIndex(lanes = this.lanes): Value {
    return lanes === 1
      ? this.const(0, 1, "int")
      : { op: "laneIndex", type: { kind: "int", lanes } };
  }

  add(a: Value, b: Value): Value {
    return this.binary("add", a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.binary("mul", a, b);
  }

  /** Operands brought to the same number of lanes. */
  #align(a: Value, b: Value): [Value, Value] {
    const lanes = Math.max(a.type.lanes, b.type.lanes);
    if (a.type.kind !== b.type.kind)
      throw new Error(`kernel ${this.#name}: ${a.type.kind} meets ${b.type.kind}`);
    return [this.splat(a, lanes), this.splat(b, lanes)];
  }
}

/** Index variables that a value depends on; null if it depends on registers. */
function indexVariables(value: Value): readonly IndexVariable[] | null {
  for (const part of within(value)) if (part.op === "local") return null;
  return [...indicesIn(value)].flatMap(({ index }) => index.terms.map(({ variable }) => variable));
}
