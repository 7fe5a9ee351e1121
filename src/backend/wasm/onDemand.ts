// Stands for atOnce.ts in modules for pages: what prints programs as WebAssembly is loaded with what else it takes to compute on
// the processor (src/onDemand.ts).
type EmitProgram = typeof import("./emitProgram.ts").emitProgram;

let loaded: EmitProgram | null = null;

export function provideEmitter(emitter: EmitProgram): void {
  loaded = emitter;
}

export const emitProgram: EmitProgram = (program, features) =>
  (loaded as EmitProgram)(program, features);
