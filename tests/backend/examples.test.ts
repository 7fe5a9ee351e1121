// The examples in the docstrings of ops: `@example expression // result`. Each is run.
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import * as ops from "../../src/ops/index.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

const folder = new URL("../../src/ops/", import.meta.url);
const example = /@example\s+(?:\*\s+)?(.+?) \/\/ (.+?)\s*(?:\*\/)?\n/g;

const examples = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), "utf8").matchAll(example)].map(([, code, result]) => ({
    code: code as string,
    result: result as string,
  })),
);

describe("the examples in the documentation of ops", () => {
  beforeAll(() => setEngine(new BackendEngine(createReferenceBackend())));
  const scope = { ...ops, Tensor, grad };

  test("are found", () => {
    expect(examples.length).toBeGreaterThan(60);
  });

  test.each(examples)("$code", async ({ code, result }) => {
    const run = new Function(
      "scope",
      `return (async () => { with (scope) { return ${code}; } })()`,
    );
    const text = JSON.stringify(await run(scope), (_, x) =>
      typeof x === "number" ? Math.fround(x) : x,
    );
    // "0.693…" stands for a number that begins like this.
    const pattern = result
      .replace(/[[\]\\.*+?^$(){}|]/g, "\\$&")
      .replace(/…/g, "\\d*")
      .replace(/, /g, ",");
    expect(text).toMatch(new RegExp(`^${pattern}$`));
  });
});
