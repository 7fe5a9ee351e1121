// What prints programs as WebAssembly.
export { emitProgram } from "./emitProgram.ts";
