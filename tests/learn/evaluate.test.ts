// Figures about predictions: the best k answers, and averages over classes.
import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { Module } from "../../src/nn/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { classMetrics, evaluate } from "../../src/train/index.ts";

/** Answers with these logits whatever it sees; images are told apart by their pixel. */
class Fixed extends Module {
  readonly #logits: Tensor;

  constructor(logits: readonly (readonly number[])[]) {
    super();
    this.#logits = Tensor.from(logits.map((row) => [...row]));
  }

  override forward(x: Tensor): Tensor {
    return this.#logits.indexSelect(0, x.flatten(0).mul(255).round().to("int32"));
  }
}

const logits = [
  [3, 2, 1, 0],
  [3, 2, 1, 0],
  [0, 0, 0, 0],
  [0, 5, Number.NaN, 1],
  [1, 4, 2, 3],
];
const dataset = {
  name: "five",
  images: Uint8Array.from(logits, (_, i) => i),
  labels: Uint8Array.of(0, 2, 1, 1, 3),
  imageShape: [1, 1, 1] as const,
  classes: ["a", "b", "c", "d"],
  length: 5,
};

describe.each(["wasm", "reference"] as const)("evaluate on %s", (backend) => {
  it("counts images whose class is among the best answers", async () => {
    setBackend(backend);
    const loss = (): Tensor => Tensor.zeros([]);
    for (const batchSize of [5, 2]) {
      const found = await evaluate(new Fixed(logits), dataset, {
        batchSize,
        loss,
        topK: [1, 2, 3, 9],
      });
      // Places of the right answers: 1, 3, 2 (a tie with the class before), 2 (after what is no number), 2.
      expect(found.topK).toEqual({ 1: 1 / 5, 2: 4 / 5, 3: 1, 9: 1 });
    }
    expect(await evaluate(new Fixed(logits), dataset, { loss })).not.toHaveProperty("topK");
    await expect(evaluate(new Fixed(logits), dataset, { topK: [0] })).rejects.toThrow(/topK holds/);
  });
});

describe("classMetrics", () => {
  it("averages over classes and images", () => {
    const report = classMetrics([
      [5, 1, 0, 0],
      [2, 2, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(report.accuracy).toBeCloseTo(7 / 12, 12);
    expect(report.micro.f1).toBe(report.accuracy);
    // Precision 5/7, 2/5, –; recall 5/6, 2/4, 0. The fourth class neither occurs nor is answered.
    expect(report.macro.precision).toBeCloseTo((5 / 7 + 2 / 5) / 3, 12);
    expect(report.macro.recall).toBeCloseTo((5 / 6 + 1 / 2) / 3, 12);
    expect(report.macro.f1).toBeCloseTo((10 / 13 + 4 / 9) / 3, 12);
    expect(report.weighted.f1).toBeCloseTo((6 * (10 / 13) + 4 * (4 / 9)) / 12, 12);
    expect(report.perClass.map(({ f1 }) => f1)).toEqual([
      expect.closeTo(10 / 13),
      expect.closeTo(4 / 9),
      0,
      0,
    ]);
  });
});
