export { createWasmBackend, type WasmBackendOptions } from "./backend.ts";
export { disassemble } from "./disassemble.ts";
export { emitKernel } from "./emitKernel.ts";
