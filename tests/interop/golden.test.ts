// PyTorch's numbers, on every backend.
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { check, isKnown } from "../../scripts/golden/check.ts";
import { goldenOf } from "../../scripts/golden/support.ts";
import { nativeSupport, setBackend } from "../../src/index.ts";

const fixture = (name: string): URL => new URL(`../fixtures/golden/${name}`, import.meta.url);
const golden = goldenOf(
  await readFile(fixture("cases.json"), "utf8"),
  await readFile(fixture("cases.safetensors")),
);
const { fault } = nativeSupport();

for (const name of ["reference", "wasm", "native"]) {
  const reason = name === "native" && fault !== null ? ` (NOT RUN: ${fault})` : "";
  describe.skipIf(reason !== "")(`golden cases on ${name}${reason}`, () => {
    for (const item of golden.cases) {
      it(item.name, async () => {
        expect(isKnown(item)).toBe(true);
        setBackend(name, name === "reference" ? {} : { threads: 2 });
        expect(await check(item, golden)).toEqual([]);
      });
    }
  });
}
