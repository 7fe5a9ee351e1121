export interface TestCount {
  readonly passed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

export function countTests(
  path: string,
  code: number,
  isMeant?: (name: string) => boolean,
): TestCount;
