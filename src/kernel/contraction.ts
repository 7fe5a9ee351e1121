// Makes contractions: what is written for an operand is divided into what one position decides, and the rest.
import { type IndexLike, toIndex } from "./indexing.ts";
import type {
  Contraction,
  ContractionOperand,
  ContractionTile,
  IndexVariable,
  Local,
  OperandPrecision,
  Statement,
  TileSide,
  Value,
} from "./ir.ts";

export interface ContractionParts {
  readonly tile: ContractionTile;
  /** float32 unless given. */
  readonly operands?: OperandPrecision;
  readonly rows: { readonly from: IndexLike; readonly limit: number };
  readonly columns: { readonly from: IndexLike; readonly limit: number };
  readonly depth: { readonly from: IndexLike; readonly to: IndexLike; readonly limit: number };
  readonly left: OperandParts;
  readonly right: OperandParts;
  readonly store: (sum: Value, row: IndexVariable, column: IndexVariable) => void;
}

/** How an element of an operand is computed. */
export interface OperandParts {
  readonly along: ContractionOperand["along"];
  readonly value: (side: IndexVariable, depth: IndexVariable) => Value;
}

/** What the builder lends. */
export interface Writing {
  /** The statements that `body` writes, in which the variable is known. */
  readonly capture: (variable: IndexVariable, body: () => void) => Statement[];
  readonly newId: () => number;
}

export function contractionOf(parts: ContractionParts, { capture, newId }: Writing): Contraction {
  const side = (name: string, { from, limit }: { from: IndexLike; limit: number }): TileSide => ({
    variable: { id: newId(), name },
    from: toIndex(from),
    limit,
  });
  const [rows, columns] = [side("row", parts.rows), side("column", parts.columns)];
  const depth = { ...side("depth", parts.depth), to: toIndex(parts.depth.to) };
  /** What is known of `outer` alone, and what needs `inner` as well. */
  const nested = (outer: IndexVariable, inner: IndexVariable, body: () => void) => {
    let rest: Statement[] = [];
    const before = capture(outer, () => {
      rest = capture(inner, body);
    });
    return { before, rest };
  };
  const operand = ({ along, value: write }: OperandParts, own: IndexVariable) => {
    const [outer, inner] = along === "side" ? [own, depth.variable] : [depth.variable, own];
    let value: Value | null = null;
    const { before, rest } = nested(outer, inner, () => {
      value = write(own, depth.variable);
    });
    return { along, before, body: rest, value: value as Value | null as Value };
  };
  const sides = {
    left: operand(parts.left, rows.variable),
    right: operand(parts.right, columns.variable),
  };
  const sum: Local = { id: newId(), type: { kind: "float", lanes: 1 } };
  const { before, rest } = nested(rows.variable, columns.variable, () =>
    parts.store({ op: "local", local: sum, type: sum.type }, rows.variable, columns.variable),
  );
  const body = [...before, ...rest];
  const { tile, operands = "float32" } = parts;
  return { op: "contract", tile, operands, rows, columns, depth, ...sides, sum, body };
}
