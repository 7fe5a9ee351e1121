// Prints one kernel as a WebAssembly function (chunk, address of buffer 0, address of buffer 1, …).
// Statements keep their order, since V8 does not reorder them and speed depends on it.
import type { Index, IndexVariable, Kernel, Statement } from "../../kernel/ir.ts";
import type { FunctionWriter } from "./assembler.ts";
import { emitIndex, emitPointer, emitValue } from "./emitValue.ts";
import { KernelState, type WasmFeatures, wasmType } from "./kernelState.ts";
import type { Pointer } from "./pointers.ts";

type For = Statement & { readonly op: "for" };
type Store = Statement & { readonly op: "store" };

/** The code of one kernel. Buffers must start at or above `pointerReach`. */
export function emitKernel(kernel: Kernel, features: WasmFeatures): FunctionWriter {
  const state = new KernelState(kernel, features);
  for (const pointer of state.pointers.constant) {
    startPointer(state, pointer);
  }
  followVariable(state, kernel.chunk, null);
  emitStatements(state, kernel.body);
  return state.f;
}

function emitStatements(state: KernelState, statements: readonly Statement[]): void {
  const { f } = state;
  for (const statement of statements) {
    switch (statement.op) {
      case "let":
        emitValue(state, statement.value);
        f.set(state.bind(statement.local, wasmType(statement.local.type)));
        break;
      case "set":
        emitValue(state, statement.value);
        f.set(state.register(statement.local));
        break;
      case "store":
        emitStore(state, statement);
        break;
      case "letIndex":
        emitValue(state, statement.value);
        f.set(state.bind(statement.variable, "i32"));
        followVariable(state, statement.variable, null);
        break;
      case "if":
        if (statement.condition.type.lanes !== 1) throw state.unsupported("if needs a scalar");
        emitValue(state, statement.condition);
        f.open("if");
        state.scope(() => emitStatements(state, statement.body));
        f.end();
        break;
      case "for":
        state.scope(() => emitFor(state, statement));
        break;
      case "contract":
        throw state.unsupported("contraction");
      default:
        statement satisfies never;
    }
  }
}

/** A loop that tests at its end; where it may run no times, a test in front. */
function emitFor(state: KernelState, { variable, from, to, limit, step, body }: For): void {
  const { f } = state;
  const counter = state.bind(variable, "i32");
  emitIndex(state, from);
  f.set(counter);
  const end = emitEnd(state, to, limit);
  const runs = from.terms.length === 0 && end.constant !== null && from.constant < end.constant;
  if (!runs) {
    f.get(counter);
    end.push();
    f.op("i32.lt_s").open("if");
  }
  followVariable(state, variable, from.terms.length === 0 ? from.constant : null);
  const top = f.open("loop");
  state.scope(() => emitStatements(state, body));
  for (const pointer of state.pointers.of(variable)) {
    const register = state.register(pointer);
    f.get(register)
      .i32(pointer.factor * step)
      .op("i32.add")
      .set(register);
  }
  f.get(counter).i32(step).op("i32.add").tee(counter);
  end.push();
  f.op("i32.lt_s").branch("br_if", top).end();
  if (!runs) f.end();
  if (end.register !== null) f.releaseLocal(end.register);
}

interface End {
  readonly constant: number | null;
  readonly register: number | null;
  /** Leaves it on the stack. */
  push(): void;
}

/** min(to, limit), as a constant or in a register that stays as it is while the loop runs. */
function emitEnd(state: KernelState, to: Index, limit: number | undefined): End {
  const { f } = state;
  if (to.terms.length === 0) {
    const constant = Math.min(to.constant, limit ?? Number.POSITIVE_INFINITY);
    return { constant, register: null, push: () => f.i32(constant) };
  }
  const register = f.newLocal("i32");
  emitIndex(state, to);
  f.set(register);
  if (limit !== undefined) {
    f.get(register).i32(limit).get(register).i32(limit).op("i32.lt_s").op("select").set(register);
  }
  return { constant: null, register, push: () => f.get(register) };
}

/** Sets the pointers that depend on a variable which has just got its value (`known`, if constant). */
function followVariable(state: KernelState, variable: IndexVariable, known: number | null): void {
  for (const pointer of state.pointers.of(variable)) startPointer(state, pointer, known);
}

/** pointer = parent + factor · variable + what its bias has over the parent's. */
function startPointer(state: KernelState, pointer: Pointer, known: number | null = null): void {
  const { f } = state;
  const { parent, buffer, variable, factor } = pointer;
  let constant = pointer.bias - (parent?.bias ?? 0);
  const origin = parent ?? buffer;
  if (origin !== null) f.get(state.register(origin));
  if (variable !== null && known === null) {
    f.get(state.register(variable)).i32(factor).op("i32.mul");
    if (origin !== null) f.op("i32.add");
  } else {
    constant += factor * (known ?? 0);
    if (origin === null) f.i32(0);
  }
  if (constant !== 0) f.i32(constant).op("i32.add");
  f.set(state.bind(pointer, "i32"));
}

function emitStore(state: KernelState, { buffer, index, value }: Store): void {
  const { f } = state;
  const { kind, lanes } = value.type;
  const { element } = buffer;
  const offset = emitPointer(state, { buffer, index });
  emitValue(state, value);
  if (lanes === 1) {
    f.memory(
      element === "float32" ? "f32.store" : element === "int32" ? "i32.store" : "i32.store8",
      offset,
    );
  } else if (element === "uint8") {
    if (kind === "mask") f.op("i32x4.neg");
    state.temporary("v128", (vector) => {
      f.tee(vector).get(vector).bytes16("i8x16.shuffle", lowBytes);
      f.memoryLane("v128.store32_lane", offset, 0);
    });
  } else f.memory("v128.store", offset);
}

/** The low byte of each lane, moved to the front. */
const lowBytes = Uint8Array.of(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
