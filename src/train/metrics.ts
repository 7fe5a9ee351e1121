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

/** Recall, precision and F1, as means over classes. */
export interface AverageMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Figures about each class and over all of them. */
export interface ClassReport {
  readonly perClass: readonly (ClassMetrics & {
    /** 2·precision·recall / (precision + recall); 0 where nothing was correct. */
    readonly f1: number;
  })[];
  readonly accuracy: number;
  /** Each class counts alike. */
  readonly macro: AverageMetrics;
  /** Each image counts alike: with one answer for each image all three are the accuracy. */
  readonly micro: AverageMetrics;
  /** Each class counts by its number of images. */
  readonly weighted: AverageMetrics;
}

/**
 * Precision, recall and F1 of each class and on average, as scikit-learn's `classification_report`: a share with
 * nothing to divide by counts as 0 in the averages, and classes that neither occur nor are answered are left out.
 * @param confusion `[truth][predicted]`, from `evaluate`
 * @param classes   names; by default the numbers
 * @example classMetrics([[3, 1], [0, 4]]).perClass[0].f1 // 0.857…
 * @example classMetrics([[3, 1], [0, 4]]).macro.recall // 0.875
 */
export function classMetrics(confusion: Confusion, classes: readonly string[] = []): ClassReport {
  const rows = perClass(confusion, classes).map((row) => ({ ...row, f1: f1Of(row) }));
  const occurring = rows.filter(({ recall, precision }) => recall !== null || precision !== null);
  const accuracy = accuracyOf(confusion);
  const mean = (weightOf: (row: ClassMetrics) => number): AverageMetrics => {
    const total = sum(occurring.map(weightOf));
    const of = (name: "precision" | "recall" | "f1") =>
      sum(occurring.map((row) => weightOf(row) * (row[name] ?? 0))) / total;
    return { precision: of("precision"), recall: of("recall"), f1: of("f1") };
  };
  return {
    perClass: rows,
    accuracy,
    macro: mean(() => 1),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    weighted: mean(({ count }) => count),
  };
}

function f1Of({ precision, recall }: ClassMetrics): number {
  const [p, r] = [precision ?? 0, recall ?? 0];
  return p + r === 0 ? 0 : (2 * p * r) / (p + r);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
