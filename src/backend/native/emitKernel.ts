// Prints one kernel as a C function (chunk, table of the buffers' addresses). Names are numbered as they come, so
// that kernels which do the same print the same text, whatever program they are in.
import type { Buffer, Index, IndexVariable, Kernel, Local, Statement } from "../../kernel/ir.ts";
import { evaluatedBy, within } from "../../kernel/walk.ts";
import { RegisterNames } from "../registerNames.ts";
import { cAddress, cElement, cIndex, cType, cValue, type Names } from "./emitValue.ts";

/** A kernel as C, but for its name, and the widths of the vectors in it. */
export interface PrintedKernel {
  /** What follows `void NAME`. */
  readonly text: string;
  readonly widths: ReadonlySet<number>;
}

const elementTypes = { float32: "fu", int32: "int", uint8: "unsigned char" } as const;

export function printKernel(kernel: Kernel): PrintedKernel {
  const lines = kernel.buffers.map(({ element }, i) => {
    const type = elementTypes[element];
    return `  ${type} *b${i} = (${type} *)b[${i}];`;
  });
  const names = new KernelNames(kernel, lines);
  const widths = new Set<number>();
  printStatements(kernel.body, { names, lines, widths });
  const text = `(long i0, char *const *b) {\n${lines.join("\n")}\n}\n`;
  return { text, widths };
}

interface Output {
  readonly names: KernelNames;
  readonly lines: string[];
  readonly widths: Set<number>;
}

function printStatements(statements: readonly Statement[], out: Output): void {
  const { names, lines, widths } = out;
  const { indent } = names;
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
        names.inBlock(() => printStatements(statement.body, out));
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
        names.inBlock(() => printStatements(body, out));
        lines.push(`${indent}}}`);
        break;
      }
      case "contract":
        throw new Error("kernel: C has no groups that share memory");
      default:
        statement satisfies never;
    }
  }
}

function printStore(names: Names, { buffer, index, value }: Statement & { op: "store" }): string {
  const { kind, lanes } = value.type;
  const expression = cValue(names, value);
  if (lanes === 1) return `${cElement(names, buffer, index)} = ${expression};`;
  const to = cAddress(names, buffer, index);
  if (buffer.element === "uint8") {
    const ints = kind === "mask" ? `${expression} & 1` : expression;
    return `*(B${lanes}u *)${to} = __builtin_convertvector(${ints}, B${lanes});`;
  }
  return `*(${cType(value.type)}u *)${to} = ${expression};`;
}

/** Numbers things as they are bound: v0, v1, … for registers, i0 for the chunk, i1, … for indices, p0, … for pointers. */
class KernelNames implements Names {
  readonly #lines: string[];
  readonly #registers: RegisterNames;
  readonly #buffers: ReadonlyMap<number, string>;
  #pointerCount = 0;
  /** The pointers of each open block, innermost last, by what they point to. */
  readonly #pointers: Map<string, string>[] = [new Map()];

  constructor(kernel: Kernel, lines: string[]) {
    this.#lines = lines;
    this.#registers = new RegisterNames(kernel, "i");
    this.#buffers = new Map(kernel.buffers.map(({ id }, i) => [id, `b${i}`]));
  }

  /** What lines of the innermost block begin with. */
  get indent(): string {
    return "  ".repeat(this.#pointers.length);
  }

  inBlock(print: () => void): void {
    this.#pointers.push(new Map());
    print();
    this.#pointers.pop();
  }

  local = (local: Local): string => this.#registers.of(local);

  variable = (variable: IndexVariable): string => this.#registers.of(variable);

  bind(holder: Local | IndexVariable): string {
    return this.#registers.bind(holder);
  }

  /**
   * Accesses that differ in a constant share a pointer. An index written out in each would be seven operations for the compiler
   * to simplify, and it would take half as long again.
   */
  pointer({ id, element }: Buffer, { terms }: Index): string {
    const buffer = this.#buffers.get(id) as string;
    if (terms.length === 0) return buffer;
    const target = `${buffer} + ${cIndex(this, { constant: 0, terms })}`;
    for (const block of this.#pointers) {
      const known = block.get(target);
      if (known !== undefined) return known;
    }
    const name = `p${this.#pointerCount++}`;
    this.#lines.push(`${this.indent}${elementTypes[element]} *${name} = ${target};`);
    this.#pointers.at(-1)?.set(target, name);
    return name;
  }
}
