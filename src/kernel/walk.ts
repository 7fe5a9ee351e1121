// Visits the parts of a kernel: what each statement and value contains, in order of execution.
import type {
  Buffer,
  Contraction,
  ContractionTile,
  Index,
  Kernel,
  OperandPrecision,
  Statement,
  Value,
} from "./ir.ts";

/** The values that a value is computed from, left to right. */
export function operands(value: Value): readonly Value[] {
  switch (value.op) {
    case "const":
    case "local":
    case "load":
    case "gather":
    case "index":
    case "laneIndex":
      return [];
    case "splat":
      return [value.value];
    case "unary":
    case "shift":
    case "quotient":
    case "asRounded":
    case "convert":
    case "bits":
    case "lane":
    case "total":
      return [value.a];
    case "binary":
    case "compare":
    case "shuffle":
      return [value.a, value.b];
    case "fma":
      return [value.a, value.b, value.c];
    case "select":
      return [value.mask, value.a, value.b];
    default:
      return value satisfies never;
  }
}

/** The value that a statement evaluates itself, if any. */
export function evaluatedBy(statement: Statement): Value | null {
  switch (statement.op) {
    case "let":
    case "set":
    case "store":
    case "letIndex":
      return statement.value;
    case "if":
      return statement.condition;
    case "for":
    case "contract":
      return null;
    default:
      return statement satisfies never;
  }
}

/** A value, after everything it is computed from; added to a list, since a generator would hand it on from level to level. */
export function within(value: Value, found: Value[] = []): readonly Value[] {
  for (const operand of operands(value)) within(operand, found);
  found.push(value);
  return found;
}

/** An index that is needed: of an element of a buffer, or as a number (buffer null). */
export interface Access {
  readonly buffer: Buffer | null;
  readonly index: Index;
}

/** The indices that a value needs. */
export function* indicesIn(value: Value): Generator<Access> {
  for (const part of within(value)) {
    if (part.op === "load") yield part;
    else if (part.op === "index") yield { buffer: null, index: part.index };
    else if (part.op === "gather") {
      for (const index of part.indices) yield { buffer: part.buffer, index };
    }
  }
}

/** The indices that a statement needs itself, without those of statements inside it. */
export function* accessesOf(statement: Statement): Generator<Access> {
  const value = evaluatedBy(statement);
  if (value !== null) yield* indicesIn(value);
  if (statement.op === "store") yield statement;
  if (statement.op === "for") {
    yield { buffer: null, index: statement.from };
    yield { buffer: null, index: statement.to };
  }
}

/** The statements inside a statement, block by block. */
export function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.op !== "contract") return "body" in statement ? [statement.body] : [];
  const { left, right, body } = statement;
  return [left.before, left.body, right.before, right.body, body];
}

/** Statements and all that is inside them, each before what it holds. */
export function statementsWithin(
  statements: readonly Statement[],
  found: Statement[] = [],
): readonly Statement[] {
  for (const statement of statements) {
    found.push(statement);
    for (const block of blocksOf(statement)) statementsWithin(block, found);
  }
  return found;
}

/** The contraction that a kernel ends with, if it is one. */
export function contractionIn({ body }: Kernel): Contraction | null {
  const last = body.at(-1);
  return last?.op === "contract" ? last : null;
}

/**
 * Bytes of the pieces of both operands that a group holds at a time. Complete sums are passed on in the memory of an operand,
 * but for float16, which cannot hold them: there they have their own, for one row of each invocation.
 */
export function sharedBytesOf(
  { rows, columns, depth, ownRows }: ContractionTile,
  operands: OperandPrecision,
): number {
  const elements = depth * (rows + columns);
  return operands === "float32" ? 4 * elements : 2 * elements + 4 * (rows / ownRows) * columns;
}

/** Invocations that share a tile. */
export function membersOf({ rows, columns, ownRows, ownColumns }: ContractionTile): number {
  return (rows / ownRows) * (columns / ownColumns);
}
