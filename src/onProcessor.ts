// What it takes to compute on the processor: strategies of the planner, and what prints their kernels as WebAssembly.
export { emitProgram } from "./backend/wasm/emitProgram.ts";
export { thread } from "./plan/strategies/threads.ts";
