// Runs kernel programs by walking them, one statement at a time: slow, and free of any backend. It
// shows what a plan means, apart from how it is compiled.
import type {
  Contraction,
  ContractionOperand,
  Index,
  IndexVariable,
  Kernel,
  KernelProgram,
  Statement,
  TileSide,
  Value,
} from "../../src/kernel/ir.ts";
import type { TypedArray } from "../../src/tensor/dtype.ts";
import { toFloat16 } from "./float16.ts";

type Lanes = number[];

/** Runs a program on buffers of bytes, one per bound slot in order. */
export function interpret(program: KernelProgram, bindings: readonly Uint8Array[]): void {
  const arena = new Uint8Array(program.arenaBytes + 64);
  let bound = 0;
  const slots = program.slots.map((slot) =>
    slot.kind === "bound"
      ? (bindings[bound++] as Uint8Array)
      : arena.subarray(slot.offset, slot.offset + slot.bytes),
  );
  for (const stage of program.stages) {
    // Backwards, so that a test fails if launches or chunks of a stage depend on each other.
    for (const launch of stage.launches.toReversed()) {
      const buffers = new Map(
        launch.kernel.buffers.map((buffer, i) => [
          buffer.id,
          slots[launch.slots[i] as number] as Uint8Array,
        ]),
      );
      for (let chunk = launch.chunks - 1; chunk >= 0; chunk--)
        new Run(launch.kernel, buffers, chunk).run();
    }
  }
}

class Run {
  readonly kernel: Kernel;
  readonly #memory: ReadonlyMap<number, Uint8Array>;
  readonly #variables = new Map<number, number>();
  readonly #locals = new Map<number, Lanes>();

  constructor(kernel: Kernel, memory: ReadonlyMap<number, Uint8Array>, chunk: number) {
    this.kernel = kernel;
    this.#memory = memory;
    this.#variables.set(kernel.chunk.id, chunk);
  }

  run(): void {
    this.#block(this.kernel.body);
  }

  #block(statements: readonly Statement[]): void {
    for (const s of statements) {
      switch (s.op) {
        case "let":
        case "set":
          this.#locals.set(s.local.id, this.#value(s.value));
          break;
        case "letIndex":
          this.#variables.set(s.variable.id, this.#value(s.value)[0] as number);
          break;
        case "if":
          if (this.#value(s.condition)[0]) this.#block(s.body);
          break;
        case "for": {
          const to = Math.min(this.#index(s.to), s.limit ?? Number.POSITIVE_INFINITY);
          for (let i = this.#index(s.from); i < to; i += s.step) {
            this.#variables.set(s.variable.id, i);
            this.#block(s.body);
          }
          break;
        }
        case "store": {
          const array = this.#array(s.buffer.id, s.buffer.element);
          const at = this.#index(s.index);
          const lanes = this.#value(s.value);
          if (at < 0 || at + lanes.length > array.length)
            throw new Error(`${this.kernel.name}: store at ${at} of ${array.length}`);
          lanes.forEach((x, l) => {
            array[at + l] = x;
          });
          break;
        }
        case "contract":
          this.#contract(s);
          break;
        default:
          s satisfies never;
      }
    }
  }

  /** The tile's sums one after another; each operand is computed from scratch for each product. */
  #contract(contraction: Contraction): void {
    const { tile, operands, rows, columns, depth, left, right, sum, body } = contraction;
    const held = operands === "float16" ? toFloat16 : (x: number): number => x;
    const element = ({ along, before, body: rest, value }: ContractionOperand): number => {
      if (along !== "side" && along !== "depth") throw new Error("along what?");
      this.#block([...before, ...rest]);
      return held(this.#value(value)[0] as number);
    };
    const range = ({ from, limit }: TileSide, size: number): [number, number] => {
      const first = this.#index(from);
      return [first, Math.min(limit, first + size)];
    };
    const [firstRow, endRow] = range(rows, tile.rows);
    const [firstColumn, endColumn] = range(columns, tile.columns);
    const [from, to] = [this.#index(depth.from), Math.min(this.#index(depth.to), depth.limit)];
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        this.#variables.set(rows.variable.id, row);
        this.#variables.set(columns.variable.id, column);
        let total = 0;
        for (let k = from; k < to; k++) {
          this.#variables.set(depth.variable.id, k);
          total = Math.fround(total + element(left) * element(right));
        }
        this.#locals.set(sum.id, [total]);
        this.#block(body);
      }
    }
  }

  #array(id: number, element: string): TypedArray {
    const bytes = this.#memory.get(id) as Uint8Array;
    if (element === "uint8") return bytes;
    const length = bytes.byteLength >> 2;
    return element === "float32"
      ? new Float32Array(bytes.buffer, bytes.byteOffset, length)
      : new Int32Array(bytes.buffer, bytes.byteOffset, length);
  }

  #index({ constant, terms }: Index): number {
    return terms.reduce(
      (sum, { variable, factor }) => sum + factor * this.#variable(variable),
      constant,
    );
  }

  #variable(variable: IndexVariable): number {
    const value = this.#variables.get(variable.id);
    if (value === undefined) throw new Error(`${this.kernel.name}: ${variable.name} is not bound`);
    return value;
  }

  #read(id: number, element: string, at: number): number {
    const array = this.#array(id, element);
    if (at < 0 || at >= array.length)
      throw new Error(`${this.kernel.name}: load at ${at} of ${array.length}`);
    return array[at] as number;
  }

  #value(v: Value): Lanes {
    const { kind, lanes } = v.type;
    const each = (f: (l: number) => number): Lanes =>
      Array.from({ length: lanes }, (_, l) => finish(f(l), kind));
    switch (v.op) {
      case "const":
        return each(() => v.value);
      case "local": {
        const value = this.#locals.get(v.local.id);
        if (value === undefined)
          throw new Error(`${this.kernel.name}: register ${v.local.id} is not set`);
        return value;
      }
      case "load": {
        const at = this.#index(v.index);
        return each((l) => this.#read(v.buffer.id, v.buffer.element, at + l));
      }
      case "gather":
        return each((l) =>
          this.#read(v.buffer.id, v.buffer.element, this.#index(v.indices[l] as Index)),
        );
      case "splat": {
        const [x] = this.#value(v.value);
        return each(() => x as number);
      }
      case "unary": {
        const a = this.#value(v.a);
        return each((l) => unary[v.operation]?.(a[l] as number) as number);
      }
      case "binary": {
        const a = this.#value(v.a);
        const b = this.#value(v.b);
        return each(
          (l) =>
            (kind === "float" ? float : int)[v.operation]?.(
              a[l] as number,
              b[l] as number,
            ) as number,
        );
      }
      case "shift": {
        const a = this.#value(v.a);
        return each((l) =>
          v.direction === "left" ? (a[l] as number) << v.bits : (a[l] as number) >>> v.bits,
        );
      }
      case "asRounded":
        return this.#value(v.a);
      case "quotient":
        return each(() => Math.floor((this.#value(v.a)[0] as number) / v.by));
      case "fma": {
        const [a, b, c] = [this.#value(v.a), this.#value(v.b), this.#value(v.c)];
        return each((l) => (a[l] as number) * (b[l] as number) + (c[l] as number));
      }
      case "compare": {
        const a = this.#value(v.a);
        const b = this.#value(v.b);
        return each((l) => Number(compare[v.comparison](a[l] as number, b[l] as number)));
      }
      case "select": {
        const [m, a, b] = [this.#value(v.mask), this.#value(v.a), this.#value(v.b)];
        return each((l) => (m[l] ? a[l] : b[l]) as number);
      }
      case "convert": {
        const a = this.#value(v.a);
        return each((l) => (kind === "int" ? saturate(a[l] as number) : (a[l] as number)));
      }
      case "bits": {
        const a = this.#value(v.a);
        const view = new DataView(new ArrayBuffer(4));
        return each((l) => {
          if (kind === "float") view.setInt32(0, a[l] as number);
          else view.setFloat32(0, a[l] as number);
          return kind === "float" ? view.getFloat32(0) : view.getInt32(0);
        });
      }
      case "lane":
        return [this.#value(v.a)[v.lane] as number];
      case "shuffle": {
        const lanes = [...this.#value(v.a), ...this.#value(v.b)];
        return v.order.map((lane) => lanes[lane] as number);
      }
      case "total": {
        let lanes = this.#value(v.a);
        while (lanes.length > 1) {
          const half = lanes.length >> 1;
          lanes = lanes.slice(0, half).map((x, l) => Math.fround(x + (lanes[half + l] as number)));
        }
        return lanes;
      }
      case "index":
        return [this.#index(v.index)];
      case "laneIndex":
        return each((l) => l);
      default:
        return v satisfies never;
    }
  }
}

function finish(x: number, kind: string): number {
  return kind === "float" ? Math.fround(x) : kind === "int" ? x | 0 : Number(Boolean(x));
}

function saturate(x: number): number {
  return Number.isNaN(x) ? 0 : Math.trunc(Math.max(-0x80000000, Math.min(0x7fffffff, x)));
}

function nearestEven(x: number): number {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

const unary: Record<string, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: nearestEven,
  not: (x) => Number(!x),
};
const both: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  min: Math.min,
  max: Math.max,
};
const float: Record<string, (a: number, b: number) => number> = {
  ...both,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};
const int: Record<string, (a: number, b: number) => number> = {
  ...both,
  mul: Math.imul,
  bitAnd: (a, b) => a & b,
  bitOr: (a, b) => a | b,
  bitXor: (a, b) => a ^ b,
  and: (a, b) => Number(a && b),
  or: (a, b) => Number(a || b),
};
const compare = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
};
