// Shows the code of one function as text, an instruction a line, indented by blocks: for DEBUG
// output and for tests. It reads what FunctionWriter writes, with the same table of opcodes.
import type { KernelProgram } from "../../kernel/ir.ts";
import { launchesOf } from "../schedule.ts";
import type { FunctionWriter } from "./assembler.ts";
import { emitKernel } from "./emitKernel.ts";
import type { WasmFeatures } from "./kernelState.ts";
import { type Immediate, instructions } from "./opcodes.ts";

interface Entry {
  readonly name: string;
  readonly immediate: Immediate;
}

const byOpcode = new Map<number, Entry>(
  Object.entries(instructions).flatMap(([immediate, group]) =>
    Object.entries(group).map(([name, opcode]): [number, Entry] => [
      opcode,
      { name, immediate: immediate as Immediate },
    ]),
  ),
);

/** The kernels of a program, each once. */
export function disassembleProgram(program: KernelProgram, features: WasmFeatures): string {
  const kernels = new Set(launchesOf(program).map(({ kernel }) => kernel));
  return [...kernels]
    .map((kernel) => `${kernel.name}\n${disassemble(emitKernel(kernel, features))}`)
    .join("\n\n");
}

/** The code as text. Locals are numbered from the parameters on. */
export function disassemble(writer: FunctionWriter): string {
  const reader = new Reader(writer.code.data);
  const lines = writer.params.length > 0 ? [`(param ${writer.params.join(" ")})`] : [];
  if (writer.locals.length > 0) lines.push(`(local ${writer.locals.join(" ")})`);
  let depth = 0;
  while (!reader.atEnd) {
    const { name, immediate } = reader.instruction();
    if (name === "end" || name === "else") depth--;
    const operands = readImmediate(reader, immediate);
    lines.push(`${"  ".repeat(depth)}${[name, ...operands].join(" ")}`);
    if (immediate === "block" || name === "else") depth++;
  }
  return lines.join("\n");
}

function readImmediate(reader: Reader, immediate: Immediate): string[] {
  switch (immediate) {
    case "none":
      return [];
    case "block":
    case "fill":
      reader.byte();
      return [];
    case "index":
      return [`${reader.unsigned()}`];
    case "labels":
      return Array.from({ length: reader.unsigned() + 1 }, () => `${reader.unsigned()}`);
    case "memory":
    case "atomic":
      return memoryOperand(reader);
    case "memoryLane":
      return [...memoryOperand(reader), `lane=${reader.byte()}`];
    case "lane":
      return [`${reader.byte()}`];
    case "bytes":
      return Array.from({ length: 16 }, () => reader.byte().toString(16).padStart(2, "0"));
    case "i32":
    case "i64":
      return [`${reader.signed()}`];
    case "f32":
      return [`${reader.float()}`];
    default:
      return immediate satisfies never;
  }
}

function memoryOperand(reader: Reader): string[] {
  reader.unsigned();
  const offset = reader.unsigned();
  return offset === 0 ? [] : [`offset=${offset}`];
}

class Reader {
  readonly #data: readonly number[];
  #at = 0;

  constructor(data: readonly number[]) {
    this.#data = data;
  }

  get atEnd(): boolean {
    return this.#at >= this.#data.length;
  }

  byte(): number {
    return this.#data[this.#at++] as number;
  }

  instruction(): Entry {
    const first = this.byte();
    const opcode = first < 0xfc ? first : (first << 16) + this.unsigned();
    const entry = byOpcode.get(opcode);
    if (entry === undefined)
      throw new Error(`disassemble: unknown opcode 0x${opcode.toString(16)}`);
    return entry;
  }

  unsigned(): number {
    return Number(this.#leb().value);
  }

  signed(): bigint {
    const { value, bits } = this.#leb();
    return BigInt.asIntN(bits, value);
  }

  float(): number {
    const bytes = Uint8Array.from({ length: 4 }, () => this.byte());
    return new DataView(bytes.buffer).getFloat32(0, true);
  }

  #leb(): { value: bigint; bits: number } {
    let value = 0n;
    let bits = 0;
    for (;;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(bits);
      bits += 7;
      if (byte < 0x80) return { value, bits };
    }
  }
}
