// What the WebAssembly engine here can do, found by validating tiny modules.
import { FunctionBody, ModuleBuilder } from "./assembler.ts";

function validates(write: (f: FunctionBody) => void): boolean {
  const module = new ModuleBuilder(false);
  const body = new FunctionBody([]);
  write(body);
  module.add(body, "f");
  return WebAssembly.validate(module.encode() as Uint8Array<ArrayBuffer>);
}

const zero = new Float32Array(4);

export interface WasmFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  readonly threads: boolean;
}

export function detectFeatures(): WasmFeatures {
  return {
    simd: validates((f) => f.v128(zero).op("drop")),
    relaxedSimd: validates((f) => f.v128(zero).v128(zero).v128(zero).op("f32x4.relaxed_madd").op("drop")),
    threads: typeof SharedArrayBuffer !== "undefined",
  };
}
