// The matrix of engines, backends, instructions and threads: what is asked for is what runs, and what differs is found.
import { describe, expect, it } from "vitest";
import { parseMatrixOptions } from "../../scripts/matrix/options.ts";
import { chromiumRows, environmentOf, rowsOf } from "../../scripts/matrix/rows.ts";
import { bitFaults, type Done, markdown } from "../../scripts/matrix/table.ts";

const asked = ["--node", "22", "--threads", "1,3", "--relaxed", "off", "--isa", "avx2,plain"];

describe("the words of the command", () => {
  it("take all that the processor has unless told otherwise", () => {
    expect(parseMatrixOptions([], ["neon", "plain"])).toEqual({
      nodes: ["20", "22", "24"],
      threads: [1, 2, 3],
      backends: ["wasm", "native"],
      relaxed: ["on", "off"],
      isas: ["neon", "plain"],
      chromium: false,
    });
  });

  it.each([
    [["--relaxed", "maybe"], /--relaxed: "maybe" is not known/],
    [["--threads", "0"], /--threads: "0" is not known/],
    [["--node", "20;ls"], /--node: "20;ls" is not known/],
    [["--thread", "2"], /--thread/],
  ])("refuse %j", (words, message) => {
    expect(() => parseMatrixOptions(words, ["plain"])).toThrow(message);
  });
});

describe("the rows", () => {
  const options = parseMatrixOptions(asked, ["avx512", "avx2", "plain"]);

  it("are all combinations, and interrupted trainings once for each backend", () => {
    const rows = rowsOf("22.1.0", options).map(
      ({ backend, instructions, threads, work }) => `${backend} ${instructions} ${threads} ${work}`,
    );
    expect(rows).toEqual([
      "wasm relaxed off 1 numbers",
      "wasm relaxed off 3 numbers",
      "wasm relaxed off their own kernels",
      "wasm relaxed off their own training",
      "native avx2 1 numbers",
      "native avx2 3 numbers",
      "native avx2 their own kernels",
      "native avx2 their own training",
      "native plain 1 numbers",
      "native plain 3 numbers",
      "native plain their own kernels",
      "   package",
    ]);
    expect(chromiumRows(options)).toHaveLength(2);
  });

  it("set what the backends read", () => {
    const [first, ...others] = rowsOf("22.1.0", options).map(environmentOf);
    expect(first).toEqual({
      FOVEA_BACKEND: "wasm",
      FOVEA_THREADS: "1",
      FOVEA_RELAXED_SIMD: "off",
      FOVEA_NATIVE_ISA: "",
    });
    expect(others[4]).toEqual({
      FOVEA_BACKEND: "native",
      FOVEA_THREADS: "3",
      FOVEA_RELAXED_SIMD: "",
      FOVEA_NATIVE_ISA: "avx2",
    });
  });
});

describe("the report", () => {
  const done = (engine: string, instructions: string, bits: string): Done => ({
    row: { engine, backend: "wasm", instructions, threads: 2, work: "numbers" },
    outcome: { passed: 5, skipped: ["a"], failures: [], bits },
    seconds: 1.6,
  });

  it("finds bits that differ with the same instructions", () => {
    const same = [done("20", "relaxed on", "aa"), done("22", "relaxed on", "aa")];
    expect(bitFaults([...same, done("20", "relaxed off", "bb")])).toEqual([]);
    expect(bitFaults([...same, done("24", "relaxed on", "cc")])).toEqual([
      "trained with wasm, relaxed on: the bits differ\n    aa  Node 20 on 2, Node 22 on 2\n    cc  Node 24 on 2",
    ]);
  });

  it("is a table", () => {
    expect(markdown([done("20", "relaxed on", "aa")])).toBe(
      [
        "| engine | backend | instructions | threads | what | passed | failed | skipped | seconds |",
        "| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |",
        "| 20 | wasm | relaxed on | 2 | numbers | 5 | 0 | 1 | 2 |",
      ].join("\n"),
    );
  });
});
