// Figures about predictions, all from the confusion matrix.

/** `confusion[truth][predicted]`: how many images of a class were taken for each class. */
export type Confusion = readonly (readonly number[])[];

/** How one class fared. A share is `null` where there is nothing to divide by. */
export interface ClassMetrics {
  readonly name: string;
  /** Images of this class. */
  readonly count: number;
  readonly correct: number;
  /** correct / count: the share of this class that was found. */
  readonly recall: number | null;
  /** correct / predicted: how often this answer was right. */
  readonly precision: number | null;
}

/**
 * A confusion matrix of zeros.
 * @example emptyConfusion(2) // [[0, 0], [0, 0]]
 */
export function emptyConfusion(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/**
 * Share of all images that were classified correctly.
 * @example accuracyOf([[3, 1], [0, 4]]) // 0.875
 */
export function accuracyOf(confusion: Confusion): number {
  const correct = confusion.reduce((sum, row, k) => sum + (row[k] as number), 0);
  return correct / sum(confusion.map(sum));
}

/**
 * Recall and precision of each class.
 * @example
 * perClass([[3, 1], [0, 4]], ["cat", "dog"])[0] // {"name": "cat", "count": 4, "correct": 3, "recall": 0.75, "precision": 1}
 */
export function perClass(confusion: Confusion, classes: readonly string[]): ClassMetrics[] {
  return confusion.map((row, k) => {
    const count = sum(row);
    const correct = row[k] as number;
    const predicted = sum(confusion.map((other) => other[k] as number));
    const share = (total: number) => (total === 0 ? null : correct / total);
    return {
      name: classes[k] ?? String(k),
      count,
      correct,
      recall: share(count),
      precision: share(predicted),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
