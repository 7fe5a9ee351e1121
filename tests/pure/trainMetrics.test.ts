// Figures from a confusion matrix.
import { expect, it } from "vitest";
import { accuracyOf, emptyConfusion, perClass } from "../../src/train/metrics.ts";

const confusion = [
  [3, 1, 0],
  [2, 4, 0],
  [0, 0, 0],
];

it("accuracy is the share on the diagonal", () => {
  expect(accuracyOf(confusion)).toBe(0.7);
});

it("recall and precision are by class, null where there is nothing to divide by", () => {
  expect(perClass(confusion, ["a", "b"])).toEqual([
    { name: "a", count: 4, correct: 3, recall: 0.75, precision: 0.6 },
    { name: "b", count: 6, correct: 4, recall: 4 / 6, precision: 0.8 },
    { name: "2", count: 0, correct: 0, recall: null, precision: null },
  ]);
});

it("an empty matrix has rows of its own", () => {
  const matrix = emptyConfusion(2);
  (matrix[0] as number[])[1] = 5;
  expect(matrix).toEqual([
    [0, 5],
    [0, 0],
  ]);
});
