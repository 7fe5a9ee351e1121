// The linter holds the layers: a planted import that goes the wrong way is found, one that goes the
// right way is not.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./run.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");

/** What the linter says about files, each with one line of code, of which the path is the key. */
function lint(files: Readonly<Record<string, string>>): string {
  using folder = temporaryFolder();
  copyFileSync(join(root, "biome.json"), join(folder.path, "biome.json"));
  for (const [path, code] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), `${code}\n`);
  }
  const words = ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "."];
  const { stdout, stderr } = spawnSync(process.execPath, [biome, ...words], {
    cwd: folder.path,
    encoding: "utf8",
  });
  return stdout + stderr;
}

const wrong: readonly (readonly [file: string, imported: string])[] = [
  ["src/tensor/a.ts", "../ops/index.ts"],
  ["src/ops/a.ts", "../kernel/ir.ts"],
  ["src/ops/a.ts", "../graph/graph.ts"],
  ["src/kernel/a.ts", "../tensor/tensor.ts"],
  ["src/graph/a.ts", "../plan/plan.ts"],
  ["src/autograd/a.ts", "../plan/plan.ts"],
  ["src/plan/a.ts", "../backend/wasm/index.ts"],
  ["src/plan/lower/a.ts", "../../backend/wasm/index.ts"],
  ["src/plan/a.ts", "../engine.ts"],
  ["src/backend/wasm/a.ts", "../../plan/plan.ts"],
  ["src/backend/wasm/a.ts", "../../nn/index.ts"],
  ["src/backend/wasm/a.ts", "../../engine.ts"],
  ["src/nn/a.ts", "../graph/graph.ts"],
  ["src/nn/a.ts", "../backend/backend.ts"],
  ["src/optim/a.ts", "../plan/plan.ts"],
  ["src/models/a.ts", "../train/index.ts"],
  ["src/train/a.ts", "../plan/plan.ts"],
  ["src/train/a.ts", "../backend/backend.ts"],
  ["src/interop/a.ts", "../nn/index.ts"],
  ["src/nn/a.ts", "../../cli/main.ts"],
  ["cli/a.ts", "../src/train/index.ts"],
  ["cli/run/a.ts", "../../src/engine.ts"],
];

const right: readonly (readonly [file: string, imported: string])[] = [
  ["src/tensor/a.ts", "./shape.ts"],
  ["src/ops/a.ts", "../tensor/index.ts"],
  ["src/kernel/a.ts", "../tensor/dtype.ts"],
  ["src/plan/lower/a.ts", "../place.ts"],
  ["src/plan/a.ts", "../backend/backend.ts"],
  ["src/plan/lower/a.ts", "../../kernel/ir.ts"],
  ["src/backend/wasm/a.ts", "../../kernel/ir.ts"],
  ["src/backend/wasm/a.ts", "../backend.ts"],
  ["src/nn/a.ts", "../ops/index.ts"],
  ["src/train/a.ts", "../autograd/index.ts"],
  ["src/train/a.ts", "../tensor/engine.ts"],
  ["cli/run/a.ts", "../../src/index.ts"],
];

const use = (imported: string) => `import * as x from "${imported}";\nconsole.log(x);`;
/** Each case in a tree of its own place, so that one run of the linter checks them all. */
const number = (cases: typeof wrong) =>
  Object.fromEntries(
    cases.map(([file, imported], i) => [file.replace("a.ts", `case${i}.ts`), use(imported)]),
  );

describe("the linter", () => {
  it("finds imports that go against the layers", () => {
    const said = lint(number(wrong));
    const missed = wrong.filter(([file], i) => {
      return !said.includes(`${file.replace("a.ts", `case${i}.ts`)}:1:`);
    });
    expect(missed).toEqual([]);
    expect(said).toContain("ask for a capability instead (src/backend/backend.ts)");
  });

  it("leaves imports alone that go with them", () => {
    expect(lint(number(right))).not.toContain("noRestrictedImports");
  });

  it("finds import cycles and floating promises", () => {
    const said = lint({
      "src/ops/a.ts": 'import { b } from "./b.ts";\nexport const a = (): number => b() + 1;',
      "src/ops/b.ts": 'import { a } from "./a.ts";\nexport const b = (): number => a() + 1;',
      "src/ops/c.ts": "async function wait(): Promise<void> {}\nwait();",
    });
    expect(said).toContain("noImportCycles");
    expect(said).toContain("noFloatingPromises");
  });
});
