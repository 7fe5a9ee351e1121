// What this engine's WebAssembly can do, found out by asking it to accept tiny modules.

import { environment, nodeModule } from "../../tensor/environment.ts";
import { OptionError } from "../../tensor/errors.ts";
import { FunctionWriter } from "./assembler.ts";
import type { WasmFeatures } from "./kernelState.ts";
import { ModuleWriter } from "./module.ts";

let known: WasmFeatures | null = null;

/** SIMD and relaxed SIMD, detected once. */
export function detectFeatures(): WasmFeatures {
  if (known === null) {
    const simd = accepts((f) => f.bytes16("v128.const", zeros).op("drop"));
    known = { simd, relaxedSimd: simd && acceptsRelaxed() };
  }
  return known;
}

/** Is relaxed SIMD wanted where nobody says so? `$FOVEA_RELAXED_SIMD`, "on" or "off"; on unless given. */
export function relaxedSimdByDefault(): boolean {
  const given = environment().FOVEA_RELAXED_SIMD ?? "";
  if (given === "" || given === "on") return true;
  if (given === "off") return false;
  throw new OptionError(`FOVEA_RELAXED_SIMD must be "on" or "off", got "${given}"`);
}

const zeros = new Uint8Array(16);

function acceptsRelaxed(): boolean {
  const test = (): boolean =>
    accepts((f) => {
      for (let operand = 0; operand < 3; operand++) f.bytes16("v128.const", zeros);
      f.op("f32x4.relaxed_madd").op("drop");
    });
  if (test()) return true;
  // Node 20 has it behind a flag, which takes effect for modules compiled from now on.
  nodeModule("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return test();
}

function accepts(write: (f: FunctionWriter) => void): boolean {
  const f = new FunctionWriter([]);
  write(f);
  const module = new ModuleWriter();
  module.add(f);
  return WebAssembly.validate(module.finish());
}
