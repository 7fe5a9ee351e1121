// Puts a WebAssembly module together: imports, functions, exports, in the order of the format.
import { Bytes, type FunctionWriter } from "./assembler.ts";
import { type ValueTypeName, valueTypes } from "./opcodes.ts";

const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const kinds = { function: 0, memory: 2, global: 3 } as const;

/** Collects functions and writes the module. Everything is imported from the module "fovea". */
export class ModuleWriter {
  readonly #types = new Map<string, number>();
  readonly #typeSection: Bytes[] = [];
  readonly #imports: Bytes[] = [];
  readonly #functionTypes: number[] = [];
  readonly #bodies: Bytes[] = [];
  readonly #exports: Bytes[] = [];
  readonly #known = new Map<string, number>();
  #globals = 0;

  /** Imports memory 0. A shared one needs an upper limit; this one allows all 65,536 pages. */
  importMemory(name: string, shared: boolean): void {
    const entry = new Bytes().name("fovea").name(name).byte(kinds.memory);
    if (shared) entry.byte(3).unsigned(0).unsigned(65_536);
    else entry.byte(0).unsigned(0);
    this.#imports.push(entry);
  }

  /** Imports a constant i32; returns its number. */
  importGlobal(name: string): number {
    this.#imports.push(
      new Bytes().name("fovea").name(name).byte(kinds.global).byte(valueTypes.i32).byte(0),
    );
    return this.#globals++;
  }

  /** Adds a function and returns its number; equal functions are added once. */
  add(writer: FunctionWriter, results: readonly ValueTypeName[] = []): number {
    const type = this.#type(writer.params, results);
    const body = writer.body();
    const key = `${type}:${latin1(body.data)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#bodies.length;
    this.#known.set(key, number);
    this.#functionTypes.push(type);
    this.#bodies.push(body);
    return number;
  }

  export(name: string, functionNumber: number): void {
    this.#exports.push(new Bytes().name(name).byte(kinds.function).unsigned(functionNumber));
  }

  /** The module in the binary format. */
  finish(): Uint8Array<ArrayBuffer> {
    const module = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const section = (id: number, entries: readonly Bytes[]): void => {
      const content = new Bytes().unsigned(entries.length);
      for (const entry of entries) content.append(entry.data);
      module.byte(id).sized(content);
    };
    section(sections.type, this.#typeSection);
    section(sections.import, this.#imports);
    section(
      sections.function,
      this.#functionTypes.map((type) => new Bytes().unsigned(type)),
    );
    section(sections.export, this.#exports);
    section(
      sections.code,
      this.#bodies.map((body) => new Bytes().sized(body)),
    );
    return Uint8Array.from(module.data);
  }

  #type(params: readonly ValueTypeName[], results: readonly ValueTypeName[]): number {
    const key = `${params}:${results}`;
    let number = this.#types.get(key);
    if (number === undefined) {
      number = this.#typeSection.length;
      this.#types.set(key, number);
      const entry = new Bytes().byte(0x60).unsigned(params.length);
      for (const type of params) entry.byte(valueTypes[type]);
      entry.unsigned(results.length);
      for (const type of results) entry.byte(valueTypes[type]);
      this.#typeSection.push(entry);
    }
    return number;
  }
}

/** Bytes as a string, for keys: one character for each byte. */
function latin1(bytes: readonly number[]): string {
  return new TextDecoder("latin1").decode(Uint8Array.from(bytes));
}
