// What this engine's WebAssembly can do, found out by asking it to accept tiny modules. They are written by hand, so that this is
// known before the code that writes others is there.

import { environment, nodeModule } from "../../tensor/environment.ts";
import { OptionError } from "../../tensor/errors.ts";
import type { WasmFeatures } from "./kernelState.ts";

let known: WasmFeatures | null = null;

/** SIMD and relaxed SIMD, detected once. */
export function detectFeatures(): WasmFeatures {
  if (known === null) {
    const simd = accepts([...zeros, drop]);
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

/** v128.const of sixteen zeros. */
const zeros = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const relaxedMadd = [0xfd, 0x85, 0x02];
const drop = 0x1a;

function acceptsRelaxed(): boolean {
  const test = (): boolean => accepts([...zeros, ...zeros, ...zeros, ...relaxedMadd, drop]);
  if (test()) return true;
  // Node 20 has it behind a flag, which takes effect for modules compiled from now on.
  nodeModule("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return test();
}

/** Is a module of one function with this code accepted? */
function accepts(code: readonly number[]): boolean {
  const version = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  // It takes and returns nothing, and has no locals.
  const type = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00];
  const declaration = [0x03, 0x02, 0x01, 0x00];
  const body = [0x00, ...code, 0x0b];
  const section = [0x0a, body.length + 2, 0x01, body.length, ...body];
  return WebAssembly.validate(Uint8Array.of(...version, ...type, ...declaration, ...section));
}
