// PyTorch's numbers, on every backend.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check, isKnown } from "../../scripts/golden/check.ts";
import { readGolden } from "../../scripts/golden/support.ts";
import { nativeSupport, setBackend } from "../../src/index.ts";

const golden = await readGolden(fileURLToPath(new URL("../fixtures/golden", import.meta.url)));
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
