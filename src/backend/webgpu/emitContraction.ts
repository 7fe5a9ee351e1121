// Prints a contraction: a workgroup loads pieces of both operands into its memory, four elements of a side at a time, and each
// invocation multiplies its rows by its columns there. Positions outside are loaded as 0, and their sums are not used.
//
// Operands in float16 are half as large in that memory. They are multiplied as float32: a product of two float16 may be too large
// or too small for a third, and has up to twice its digits, but float32 holds every one of them exactly.
import type {
  Contraction,
  ContractionOperand,
  Statement,
  TileSide,
  Value,
} from "../../kernel/ir.ts";
import { membersOf } from "../../kernel/walk.ts";
import { wgslIndex, wgslValue } from "./emitValue.ts";
import type { KernelNames } from "./names.ts";

/** Elements that are loaded and stored together: a `vec4`. */
const quad = 4;

/** Prints statements of the kernel into its lines. */
type Print = (statements: readonly Statement[]) => void;

interface Out {
  readonly names: KernelNames;
  readonly lines: string[];
  readonly print: Print;
}

/** The memory that the members of the group share: pieces of both operands, and sums, where those are of another type. */
export function declareShared({ tile, operands }: Contraction): string {
  const size = (side: number): number => (side / quad) * tile.depth;
  const tiles = (type: string): string => `alias held = vec4<${type}>;
var<workgroup> left_tile: array<held, ${size(tile.rows)}>;
var<workgroup> right_tile: array<held, ${size(tile.columns)}>;
`;
  if (operands === "float32") return tiles("f32");
  // One row of each invocation.
  const sums = (tile.rows / tile.ownRows) * (tile.columns / quad);
  return `${tiles("f16")}var<workgroup> sum_tile: array<vec4<f32>, ${sums}>;\n`;
}

export function printContraction(contraction: Contraction, out: Out): void {
  const { tile, rows, columns, depth } = contraction;
  const { names, lines } = out;
  const members = membersOf(tile);
  const add = (line: string): void => void lines.push(`${names.indent}${line}`);
  const across = tile.columns / tile.ownColumns;
  add(`let across = member % ${across}u;`);
  add(`let down = member / ${across}u;`);
  add(`let row_start: i32 = ${wgslIndex(names, rows.from)};`);
  add(`let column_start: i32 = ${wgslIndex(names, columns.from)};`);
  add(`let depth_end: i32 = min(${wgslIndex(names, depth.to)}, ${depth.limit}i);`);
  for (const [r, q] of parts(contraction)) add(`var s${r}_${q} = vec4<f32>();`);
  const load = (
    word: "left" | "right",
    operand: ContractionOperand,
    side: TileSide,
  ): (() => void) => {
    const start = word === "left" ? "row_start" : "column_start";
    const extent = word === "left" ? tile.rows : tile.columns;
    const piece = { word, operand, side, start, extent, depth, depthSize: tile.depth, members };
    return operand.along === "side" ? alongSide(piece, out) : () => alongDepth(piece, out);
  };
  const loads = [load("left", contraction.left, rows), load("right", contraction.right, columns)];
  add(
    `for (var piece: i32 = ${wgslIndex(names, depth.from)}; piece < depth_end; piece += ${tile.depth}i) {`,
  );
  names.inBlock(() => {
    for (const each of loads) each();
    add("workgroupBarrier();");
    printProducts(contraction, add);
    add("workgroupBarrier();");
  });
  add("}");
  printResults(contraction, out);
}

/** Rows and quads of columns that an invocation computes. */
function* parts({ tile }: Contraction): Generator<readonly [row: number, quad: number]> {
  for (let r = 0; r < tile.ownRows; r++)
    for (let q = 0; q < tile.ownColumns / quad; q++) yield [r, q];
}

/** Its columns are quads that lie apart, so that neighbours read neighbouring ones. */
function printProducts(contraction: Contraction, add: (line: string) => void): void {
  const { tile } = contraction;
  add(`for (var k = 0u; k < ${tile.depth}u; k++) {`);
  for (let p = 0; p < tile.ownRows / quad; p++)
    add(
      `  let a${p} = vec4<f32>(left_tile[k * ${tile.rows / quad}u + down * ${tile.ownRows / quad}u + ${p}u]);`,
    );
  for (let q = 0; q < tile.ownColumns / quad; q++)
    add(
      `  let b${q} = vec4<f32>(right_tile[k * ${tile.columns / quad}u + across + ${(q * tile.columns) / tile.ownColumns}u]);`,
    );
  for (const [r, q] of parts(contraction)) {
    const a = `a${Math.floor(r / quad)}.${"xyzw"[r % quad]}`;
    add(`  s${r}_${q} = fma(vec4<f32>(${a}), b${q}, s${r}_${q});`);
  }
  add("}");
}

/**
 * The sums go through the memory of the group, one row of each invocation at a time, and are finished by a loop: what follows
 * a sum is printed once, and neighbours store neighbouring elements.
 */
function printResults(contraction: Contraction, out: Out): void {
  const { tile, operands, rows, columns, sum, body } = contraction;
  const { names, lines, print } = out;
  const add = (line: string): void => void lines.push(`${names.indent}${line}`);
  const quads = tile.columns / quad;
  const members = membersOf(tile);
  // Operands are not needed any more.
  const through = operands === "float32" ? "right_tile" : "sum_tile";
  add(`for (var r = 0u; r < ${tile.ownRows}u; r++) {`);
  names.inBlock(() => {
    add("switch (r) {");
    for (let r = 0; r < tile.ownRows; r++) {
      const word = r === tile.ownRows - 1 ? "default" : `case ${r}u`;
      add(`  ${word}: {`);
      for (let q = 0; q < tile.ownColumns / quad; q++)
        add(
          `    ${through}[down * ${quads}u + across + ${q * (quads / (tile.ownColumns / quad))}u] = s${r}_${q};`,
        );
      add("  }");
    }
    add("}");
    add("workgroupBarrier();");
    add(`for (var c = 0u; c < ${tile.ownColumns}u; c++) {`);
    names.inBlock(() => {
      add(`let e = c * ${members}u + member;`);
      const [row, column] = [names.bind(rows.variable), names.bind(columns.variable)];
      add(`let ${row} = row_start + i32((e / ${tile.columns}u) * ${tile.ownRows}u + r);`);
      add(`let ${column} = column_start + i32(e % ${tile.columns}u);`);
      add(`if (${row} < ${rows.limit}i && ${column} < ${columns.limit}i) {`);
      names.inBlock(() => {
        add(`let ${names.bind(sum)} = ${through}[e / ${quad}u][e % ${quad}u];`);
        print(body);
      });
      add("}");
    });
    add("}");
    add("workgroupBarrier();");
  });
  add("}");
}

interface Piece {
  readonly word: "left" | "right";
  readonly operand: ContractionOperand;
  readonly side: TileSide;
  /** The name of the tile's first position along the side, and how many there are. */
  readonly start: string;
  readonly extent: number;
  readonly depth: TileSide;
  readonly depthSize: number;
  readonly members: number;
}

/**
 * Neighbours along the side: an invocation stays at its quad of positions and goes down the depth. What depends on the
 * position alone is computed before; returns what prints the rest.
 */
function alongSide(piece: Piece, out: Out): () => void {
  const { word, operand, side, start, extent, depth, depthSize, members } = piece;
  const { names, lines, print } = out;
  const quads = extent / quad;
  const together = Math.min(quads, members);
  /** Quads of an invocation side by side, and how far down the next one lies. */
  const beside = quads / together;
  const step = members / together;
  const add = (line: string): void => void lines.push(`${names.indent}${line}`);
  const positions = Array.from({ length: beside * quad }, (_, p) => {
    const isIn = `${word}_in${p}`;
    const at = `${start} + i32((member % ${together}u + ${Math.floor(p / quad) * together}u) * ${quad}u + ${p % quad}u)`;
    add(`let ${isIn} = ${at} < ${side.limit}i;`);
    add(`let ${names.bind(side.variable)} = min(${at}, ${side.limit - 1}i);`);
    print(operand.before);
    return { isIn, known: names.known() };
  });
  return () => {
    add(`for (var i = member / ${together}u; i < ${depthSize}u; i += ${step}u) {`);
    names.inBlock(() => {
      for (let b = 0; b < beside; b++) {
        for (let j = 0; j < quad; j++) {
          const { isIn, known } = positions[b * quad + j] as (typeof positions)[number];
          names.recall(known);
          add(`var e${b}_${j} = 0.0f;`);
          add(`if (${isIn} && piece + i32(i) < depth_end) {`);
          names.inBlock(() => {
            add(`let ${names.bind(depth.variable)} = piece + i32(i);`);
            printElement(operand, `e${b}_${j}`, out);
          });
          add("}");
        }
        const column = `member % ${together}u + ${b * together}u`;
        add(
          `${word}_tile[i * ${quads}u + ${column}] = held(vec4<f32>(e${b}_0, e${b}_1, e${b}_2, e${b}_3));`,
        );
      }
    });
    add("}");
  };
}

/** Neighbours along the depth: an invocation stays at its depth in the piece and goes along the side. */
function alongDepth(piece: Piece, out: Out): void {
  const { word, operand, side, start, extent, depth, depthSize, members } = piece;
  const { names, lines, print } = out;
  const quads = extent / quad;
  const step = members / depthSize;
  const add = (line: string): void => void lines.push(`${names.indent}${line}`);
  add("{");
  names.inBlock(() => {
    const line = `member % ${depthSize}u`;
    add(`let is_in = piece + i32(${line}) < depth_end;`);
    add(`let ${names.bind(depth.variable)} = min(piece + i32(${line}), depth_end - 1i);`);
    print(operand.before);
    const known = names.known();
    add(`for (var i = member / ${depthSize}u; i < ${quads}u; i += ${step}u) {`);
    names.inBlock(() => {
      for (let j = 0; j < quad; j++) {
        names.recall(known);
        const at = names.bind(side.variable);
        add(`let ${at} = ${start} + i32(i * ${quad}u + ${j}u);`);
        add(`var e${j} = 0.0f;`);
        add(`if (is_in && ${at} < ${side.limit}i) {`);
        names.inBlock(() => printElement(operand, `e${j}`, out));
        add("}");
      }
      add(`${word}_tile[(${line}) * ${quads}u + i] = held(vec4<f32>(e0, e1, e2, e3));`);
    });
    add("}");
  });
  add("}");
}

function printElement(
  { body, value }: { readonly body: readonly Statement[]; readonly value: Value },
  to: string,
  { names, lines, print }: Out,
): void {
  print(body);
  lines.push(`${names.indent}${to} = ${wgslValue(names, value)};`);
}
