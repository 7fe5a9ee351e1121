// `npm test`: sets up, checks types and lint, runs the tests, and ends with one line that counts
// what really ran: `N passed, N failed`. With arguments, only the tests whose path matches.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { installChromium } from "./installChromium.mjs";
import { installLavapipe } from "./installLavapipe.mjs";
import { pinnedNode, root, setup } from "./setup.mjs";
import { countTests } from "./testLog.mjs";

/** A run takes some ten minutes; one that takes this long hangs. */
const limitMinutes = 25;

const patterns = process.argv.slice(2);
await setup();
if (patterns.length === 0) {
  installChromium();
  installLavapipe();
}
// A check counts as one test: code that does not pass it has failed.
const checked = patterns.length === 0 ? await check() : [];
const tested = await vitest(patterns);

const failedChecks = checked.filter(({ passed }) => !passed);
const failures = [...failedChecks.map(({ name }) => `check: ${name}`), ...tested.failures];
const passed = checked.length - failedChecks.length + tested.passed;
if (failures.length > 0)
  process.stdout.write(`\nFailed:\n${failures.map((name) => `  ${name}\n`).join("")}`);
if (tested.skipped.length > 0)
  process.stdout.write(`\nNot run:\n${tested.skipped.map((name) => `  ${name}\n`).join("")}`);
const skipped = tested.skipped.length === 0 ? "" : `, ${tested.skipped.length} skipped`;
process.stdout.write(`\n${passed} passed, ${failures.length} failed${skipped}\n`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;

/** Runs vitest and counts what its reporter wrote down; whatever should have run and did not has failed. */
async function vitest(filters) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-test-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  try {
    const reporters = ["default", join(root, "scripts", "testReporter.mjs")];
    const code = await run(
      [
        join(root, "node_modules", "vitest", "vitest.mjs"),
        "run",
        ...reporters.map((reporter) => `--reporter=${reporter}`),
        ...filters,
      ],
      // Tests start the command hundreds of times: Node keeps what it has compiled.
      { FOVEA_TEST_LOG: log, NODE_COMPILE_CACHE: join(folder, "compiled") },
    );
    return countTests(log, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the pinned Node in a process group of its own, so that all of it can be ended. */
function run(args, env) {
  const child = spawn(pinnedNode, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  const end = (signal) => {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  // A thread that waits for ever cannot be stopped from inside: vitest's own time limits need its turn.
  const watchdog = setTimeout(() => {
    process.stdout.write(`\nThe tests took more than ${limitMinutes} minutes and were ended.\n`);
    end("SIGKILL");
  }, limitMinutes * 60_000);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => end(signal));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(watchdog);
      done(code ?? 1);
    });
  });
}
