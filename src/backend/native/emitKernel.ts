// Prints one kernel as a C function (chunk, table of the buffers' addresses). Names are numbered as they come, so
// that kernels which do the same print the same text, whatever program they are in.
import type { IndexVariable, Kernel, Local, Statement } from "../../kernel/ir.ts";
import { evaluatedBy, within } from "../../kernel/walk.ts";
import { cIndex, cType, cValue, type Names } from "./emitValue.ts";

/** A kernel as C, but for its name, and the widths of the vectors in it. */
export interface PrintedKernel {
  /** What follows `void NAME`. */
  readonly text: string;
  readonly widths: ReadonlySet<number>;
}

const elementTypes = { float32: "fu", int32: "int", uint8: "unsigned char" } as const;

export function printKernel(kernel: Kernel): PrintedKernel {
  const names = namesOf(kernel);
  const lines = kernel.buffers.map(({ id, element }, i) => {
    const type = elementTypes[element];
    return `  ${type} *${names.buffer(id)} = (${type} *)b[${i}];`;
  });
  const widths = new Set<number>();
  printStatements(kernel.body, { names, lines, widths }, "  ");
  const text = `(long i0, char *const *b) {\n${lines.join("\n")}\n}\n`;
  return { text, widths };
}

interface Output {
  readonly names: Names;
  readonly lines: string[];
  readonly widths: Set<number>;
}

function printStatements(statements: readonly Statement[], out: Output, indent: string): void {
  const { names, lines, widths } = out;
  for (const statement of statements) {
    const value = evaluatedBy(statement);
    if (value !== null) {
      for (const { type } of within(value)) if (type.lanes > 1) widths.add(type.lanes);
    }
    switch (statement.op) {
      case "let": {
        const { local } = statement;
        const expression = cValue(names, statement.value);
        lines.push(`${indent}${cType(local.type)} ${names.bind(local)} = ${expression};`);
        break;
      }
      case "set":
        lines.push(`${indent}${names.local(statement.local)} = ${cValue(names, statement.value)};`);
        break;
      case "store":
        lines.push(`${indent}${printStore(names, statement)}`);
        break;
      case "letIndex": {
        const expression = cValue(names, statement.value);
        lines.push(`${indent}const long ${names.bind(statement.variable)} = ${expression};`);
        break;
      }
      case "if":
        lines.push(`${indent}if (${cValue(names, statement.condition)}) {`);
        printStatements(statement.body, out, `${indent}  `);
        lines.push(`${indent}}`);
        break;
      case "for": {
        const { variable, from, to, limit, step, body } = statement;
        const [start, end] = [cIndex(names, from), cIndex(names, to)];
        const i = names.bind(variable);
        lines.push(`${indent}{`);
        lines.push(
          limit === undefined
            ? `${indent}const long e${i} = ${end};`
            : `${indent}const long t${i} = ${end}, e${i} = t${i} < ${limit} ? t${i} : ${limit};`,
        );
        lines.push(`${indent}for (long ${i} = ${start}; ${i} < e${i}; ${i} += ${step}) {`);
        printStatements(body, out, `${indent}  `);
        lines.push(`${indent}}}`);
        break;
      }
      default:
        statement satisfies never;
    }
  }
}

function printStore(names: Names, { buffer, index, value }: Statement & { op: "store" }): string {
  const { kind, lanes } = value.type;
  if (
    (kind === "float") !== (buffer.element === "float32") ||
    (kind === "mask" && buffer.element !== "uint8")
  ) {
    throw new Error(`kernel: store of ${kind} to ${buffer.name}, which holds ${buffer.element}`);
  }
  const to = names.buffer(buffer.id);
  const at = cIndex(names, index);
  const expression = cValue(names, value);
  if (lanes === 1) return `${to}[${at}] = ${expression};`;
  if (buffer.element === "uint8") {
    const ints = kind === "mask" ? `${expression} & 1` : expression;
    return `*(B${lanes}u *)(${to} + ${at}) = __builtin_convertvector(${ints}, B${lanes});`;
  }
  return `*(${cType(value.type)}u *)(${to} + ${at}) = ${expression};`;
}

/** Numbers things as they are bound: v0, v1, … for registers, i0 for the chunk, i1, … for indices. */
function namesOf(kernel: Kernel): Names {
  const names = new Map<number, string>([[kernel.chunk.id, "i0"]]);
  const buffers = new Map(kernel.buffers.map(({ id }, i) => [id, `b${i}`]));
  const count = { v: 0, i: 1 };
  const nameOf = ({ id }: Local | IndexVariable): string => {
    const name = names.get(id);
    if (name === undefined)
      throw new Error(`kernel ${kernel.name}: a register is used before it is bound`);
    return name;
  };
  return {
    local: nameOf,
    variable: nameOf,
    buffer: (id) => buffers.get(id) as string,
    bind(holder) {
      const letter = "type" in holder ? "v" : "i";
      const name = `${letter}${count[letter]++}`;
      names.set(holder.id, name);
      return name;
    },
  };
}
