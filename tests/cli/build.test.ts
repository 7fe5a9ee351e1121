// The package as it is published: compiled, and run by a plain Node.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

it("compiles, and what was compiled trains and can be imported", { timeout: 120_000 }, () => {
  const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], {
    encoding: "utf8",
  });
  expect(built.stderr).toBe("");
  expect(built.status).toBe(0);
  // A program starts with one large file of the library, and the few that it shares with parts that are loaded later.
  const code = `
    let files = 0;
    const count = (url, context, next) => (files++, next(url, context));
    process.getBuiltinModule("node:module").registerHooks({ load: count });
    const { setBackend, Tensor } = await import("fovea");
    console.log(files < 10 ? "few files" : files + " files");
    setBackend("wasm", { threads: 2 });
    console.log(await Tensor.from([1, 2]).mul(3).array());`;
  const used = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
  });
  expect(used.stderr).toBe("");
  expect(used.stdout).toBe("few files\n[ 3, 6 ]\n");
});
