// The examples in docstrings: found in the sources, and run with everything public as names.
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { parseDoc } from "../../scripts/docs/docComment.ts";
import * as fovea from "../../src/index.ts";

const folder = new URL("../../src/", import.meta.url);

export interface DocExample {
  /** Path below `src/`. */
  readonly file: string;
  readonly code: string;
  /** Why it cannot be run here: it says `// not run: REASON` in its last line. */
  readonly notRun: string | null;
}

/** All `@example` blocks below `src/`. */
export function docExamples(): DocExample[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .flatMap((path) => {
      const file = path.replaceAll("\\", "/");
      return examplesIn(readFileSync(new URL(file, folder), "utf8")).map((code) => ({
        file,
        code,
        notRun: /\/\/ not run: (.+)$/.exec(code)?.[1] ?? null,
      }));
    });
}

/** Code of the examples in a source text. */
export function examplesIn(source: string): string[] {
  return [...source.matchAll(/\/\*\*(.*?)\*\//gs)].flatMap(
    ([, comment = ""]) => parseDoc(comment).examples,
  );
}

/** Every public name, those of namespaces too, without the namespace before it. */
const publicNames: Readonly<Record<string, unknown>> = {
  ...Object.assign({}, ...Object.values(fovea).filter(isNamespace)),
  ...fovea,
};

function isNamespace(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Module]";
}

/** What one line of an example gives, and what stands behind it. */
export interface Outcome {
  readonly line: string;
  readonly got: string;
  readonly expected: string;
}

/**
 * Runs an example; each line `expression // result` gives an outcome. Names are those that are public, and those that
 * its own module exports.
 */
export async function runExample({ file, code }: DocExample): Promise<Outcome[]> {
  const own = await import(new URL(file, folder).href);
  const outcomes: Outcome[] = [];
  const note = (line: string, value: unknown, expected: string): void => {
    outcomes.push({ line, got: asJson(value), expected });
  };
  const lines = code.split("\n").map((line) => {
    const [, expression, expected] = /^(\S.*?);? \/\/ (.+)$/.exec(line) ?? [];
    if (expression === undefined || expected === undefined || /^(const|let) /.test(line))
      return line;
    return `note(${JSON.stringify(expression)}, ${expression}, ${JSON.stringify(expected)});`;
  });
  const body = stripTypeScriptTypes(`async () => {\n${lines.join("\n")}\n}`);
  const run = new Function("scope", "note", `with (scope) { return (${body.trimEnd()})(); }`);
  await run({ ...publicNames, ...own }, note);
  return outcomes;
}

function asJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, x) => (typeof x === "number" ? Math.fround(x) : x)) ?? "undefined"
  );
}

/** The JSON text that a written result stands for; "0.693…" is a number that begins like this. */
export function resultPattern(expected: string): RegExp {
  const pattern = expected
    .replace(/[[\]\\.*+?^$(){}|]/g, "\\$&")
    .replace(/…/g, "\\d*(e-\\d+)?")
    .replace(/([,:]) /g, "$1 ?");
  return new RegExp(`^${pattern}$`);
}
