// `npm test`: sets up, checks types and lint, runs the tests, and ends with one line that counts
// what really ran: `N passed, N failed`. With arguments, only the tests whose path matches.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { pinnedNode, root, setup } from "./setup.mjs";

const patterns = process.argv.slice(2);
await setup();
// A check counts as one test: code that does not pass it has failed.
const checked = patterns.length === 0 ? await check() : [];
const tested = await vitest(patterns);

const failedChecks = checked.filter(({ passed }) => !passed);
const failures = [...failedChecks.map(({ name }) => `check: ${name}`), ...tested.failures];
const passed = checked.length - failedChecks.length + tested.passed;
if (failures.length > 0)
  process.stdout.write(`\nFailed:\n${failures.map((name) => `  ${name}\n`).join("")}`);
const skipped = tested.skipped === 0 ? "" : `, ${tested.skipped} skipped`;
process.stdout.write(`\n${passed} passed, ${failures.length} failed${skipped}\n`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;

/** Runs vitest and counts from the report that it writes; whatever it cannot count is a failure. */
async function vitest(filters) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-test-"));
  const report = join(folder, "report.json");
  try {
    const code = await run([
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...filters,
    ]);
    return count(readFileSync(report, "utf8"), code);
  } catch (error) {
    return { passed: 0, skipped: 0, failures: [`vitest wrote no report: ${error.message}`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(text, code) {
  const failures = [];
  let passed = 0;
  let skipped = 0;
  for (const file of JSON.parse(text).testResults) {
    const name = file.name.replace(`${root}/`, "");
    for (const { status, fullName } of file.assertionResults) {
      if (status === "passed") passed += 1;
      else if (status === "failed") failures.push(`${name}: ${fullName}`);
      else skipped += 1;
    }
    // A file that fails as a whole, an import that throws for instance, lists no failed test.
    const listed = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !listed) failures.push(`${name}: ${firstLine(file.message)}`);
  }
  if (code !== 0 && failures.length === 0) failures.push(`vitest ended with exit code ${code}`);
  return { passed, skipped, failures };
}

function firstLine(text) {
  return (text ?? "").split("\n")[0] || "did not run";
}

function run(args) {
  const child = spawn(pinnedNode, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(code ?? 1));
  });
}
