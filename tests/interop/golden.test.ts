// PyTorch's numbers, on every backend.
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { check, isKnown } from "../../scripts/golden/check.ts";
import { goldenOf } from "../../scripts/golden/support.ts";
import { nativeSupport, setBackend } from "../../src/index.ts";
import { gpuNames } from "../backend/gpu.ts";

const fixture = (name: string): URL => new URL(`../fixtures/golden/${name}`, import.meta.url);
const golden = goldenOf(
  await readFile(fixture("cases.json"), "utf8"),
  await readFile(fixture("cases.safetensors")),
);

/** Why a backend cannot run here; none for those that always can. */
const faults: Readonly<Record<string, string | null>> = {
  native: nativeSupport().fault,
  webgpu: gpuNames.length > 0 ? null : "there is no WebGPU",
};

for (const name of ["reference", "wasm", "native", "webgpu"]) {
  const fault = faults[name] ?? null;
  const reason = fault === null ? "" : ` (NOT RUN: ${fault})`;
  describe.skipIf(reason !== "")(`golden cases on ${name}${reason}`, () => {
    beforeAll(() => {
      setBackend(name, name === "wasm" || name === "native" ? { threads: 2 } : {});
    });

    for (const item of golden.cases) {
      it(item.name, { timeout: 120_000 }, async () => {
        expect(isKnown(item)).toBe(true);
        expect(await check(item, golden)).toEqual([]);
      });
    }
  });
}
