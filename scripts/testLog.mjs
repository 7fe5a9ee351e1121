// Counts what scripts/testReporter.mjs wrote down. Plain JavaScript, for Node 20 and later.
import { readFileSync } from "node:fs";

/**
 * What passed, what was skipped and what failed; whatever should have run and did not has failed.
 * `code` is vitest's exit code. `isMeant` says by its name whether a test was asked for: vitest counts the others as skipped.
 */
export function countTests(path, code, isMeant = () => true) {
  const entries = readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const failures = [];
  const missing = new Set(
    entries.flatMap((entry) => (entry.type === "planned" ? entry.files : [])),
  );
  let passed = 0;
  const skipped = [];
  for (const entry of entries) {
    if (entry.type !== "ended") continue;
    missing.delete(entry.file);
    for (const [state, name, note, error] of entry.tests) {
      if (state === "passed") passed += 1;
      else if (state !== "skipped")
        failures.push(`${entry.file}: ${name}${error ? `\n    ${error}` : ""}`);
      else if (isMeant(name)) skipped.push(oneLine(`${name}${note ? `: ${note}` : ""}`));
    }
    // A file that fails as a whole, an import that throws for instance.
    for (const error of entry.errors) failures.push(`${entry.file}: ${error}`);
  }
  for (const file of missing) failures.push(`${file}: did not end`);
  for (const { type, errors } of entries) if (type === "done") failures.push(...errors);
  if (code !== 0 && failures.length === 0) failures.push(`vitest ended with exit code ${code}`);
  return { passed, skipped, failures };
}

/** Names of tests may be whole examples. */
function oneLine(text) {
  const [first, ...rest] = text.split("\n");
  return rest.length === 0 ? first : `${first} … ${rest.at(-1)}`;
}
