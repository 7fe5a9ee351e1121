// Printing, against what PyTorch printed (tests/fixtures/print.py made the table).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Dtype, newTypedArray } from "../../src/tensor/dtype.ts";
import { formatTensor } from "../../src/tensor/print.ts";

interface Row {
  /** Elements, or "wave": those that `wave` makes. */
  readonly data: readonly (number | string)[] | "wave";
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly requiresGrad: boolean;
  readonly gradOp: string | null;
  readonly text: string;
}

const rows: Row[] = JSON.parse(
  readFileSync(new URL("../fixtures/print.json", import.meta.url), "utf8"),
);
const named: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

/** As in print.py: ((37 i) mod 101) / 16 − 3. */
function wave(length: number): number[] {
  return Array.from({ length }, (_, i) => ((37 * i) % 101) / 16 - 3);
}

function elementsOf({ data, shape }: Row): number[] {
  if (data === "wave") return wave(shape.reduce((a, b) => a * b, 1));
  return data.map((x) => (typeof x === "string" ? (named[x] as number) : x));
}

describe("a tensor prints as in PyTorch", () => {
  test.each(rows.map((row, i) => [i, row.text.slice(0, 40), row] as const))(
    "%i: %s",
    (_, __, row) => {
      const elements = elementsOf(row);
      const data = newTypedArray(row.dtype, elements.length);
      data.set(elements);
      const notes = { requiresGrad: row.requiresGrad, gradOp: row.gradOp ?? undefined };
      expect(formatTensor(data, row.shape, row.dtype, notes)).toBe(row.text);
    },
  );

  test("and looks like this", () => {
    expect(
      formatTensor(Float32Array.of(1, 2.5, -3, 4), [2, 2], "float32", { gradOp: "mul" }),
    ).toMatchInlineSnapshot(`
      "tensor([[ 1.0000,  2.5000],
              [-3.0000,  4.0000]], grad_fn=<MulBackward0>)"
    `);
  });
});
