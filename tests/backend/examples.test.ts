// The examples in the docstrings of `src/`: each is run, and where a line shows its result, that must come out.
import { beforeEach, describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { docExamples, examplesIn, resultPattern, runExample } from "./docExamples.ts";

const examples = docExamples();

describe("the examples in the documentation", () => {
  // Some set a seed or another backend.
  beforeEach(() => {
    setEngine(new BackendEngine(createReferenceBackend()));
    manualSeed(0);
  });

  test("are found", () => {
    expect(examples.length).toBeGreaterThan(200);
    expect(examplesIn("/**\n * One.\n * @example\n * a;\n * b // 1\n * @see c\n */")).toEqual([
      "a;\nb // 1",
    ]);
    expect(examplesIn("/** One. */ /** Two. @example a // 1 */")).toEqual(["a // 1"]);
  });

  for (const example of examples) {
    const name = `${example.file}: ${example.code}`;
    test(name, async ({ skip }) => {
      if (example.notRun !== null) skip(example.notRun);
      for (const { line, got, expected } of await runExample(example)) {
        expect(got, line).toMatch(resultPattern(expected));
      }
    });
  }
});
