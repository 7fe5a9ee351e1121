// What calls leave open comes from the environment.
import { afterEach, describe, expect, it, vi } from "vitest";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { setBackend } from "../../src/index.ts";

const fuses = (options = {}): boolean => {
  const backend = createWasmBackend({ threads: 1, ...options });
  const { fusedMultiplyAdd } = backend.capabilities;
  backend.dispose();
  return fusedMultiplyAdd;
};

afterEach(() => {
  vi.unstubAllEnvs();
  setBackend("wasm", { threads: 1 });
});

describe("FOVEA_RELAXED_SIMD", () => {
  it("is on unless it says off; an option goes before it", () => {
    const possible = fuses({ relaxedSimd: true });
    vi.stubEnv("FOVEA_RELAXED_SIMD", "");
    expect(fuses()).toBe(possible);
    vi.stubEnv("FOVEA_RELAXED_SIMD", "on");
    expect(fuses()).toBe(possible);
    vi.stubEnv("FOVEA_RELAXED_SIMD", "off");
    expect(fuses()).toBe(false);
    expect(fuses({ relaxedSimd: true })).toBe(possible);
  });

  it("is on or off", () => {
    vi.stubEnv("FOVEA_RELAXED_SIMD", "no");
    expect(() => setBackend("wasm")).toThrow('FOVEA_RELAXED_SIMD must be "on" or "off", got "no"');
  });
});

describe("FOVEA_THREADS", () => {
  it("counts for every call that gives no threads", () => {
    vi.stubEnv("FOVEA_THREADS", "3");
    expect(setBackend("wasm").capabilities.threads).toBe(3);
    expect(setBackend("wasm", { threads: 2 }).capabilities.threads).toBe(2);
  });

  it("is a whole number", () => {
    vi.stubEnv("FOVEA_THREADS", "many");
    expect(() => setBackend("wasm")).toThrow(/threads must be a whole number from 1 to 256/);
  });
});
