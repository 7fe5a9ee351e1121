// PyTorch's numbers, on every backend. Cases of ops that do not exist yet are left out; `npm run golden` lists them.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check, isKnown } from "../../scripts/golden/check.ts";
import { readGolden } from "../../scripts/golden/support.ts";
import { setBackend } from "../../src/index.ts";

const golden = await readGolden(fileURLToPath(new URL("../fixtures/golden", import.meta.url)));

for (const name of ["reference", "wasm"]) {
  describe(`golden cases on ${name}`, () => {
    for (const item of golden.cases) {
      if (!isKnown(item)) continue;
      it(item.name, async () => {
        setBackend(name, name === "wasm" ? { threads: 2 } : {});
        expect(await check(item, golden)).toEqual([]);
      });
    }
  });
}
