/** The matrix with one number changed. */
export function replaced(
  matrix: readonly (readonly number[])[],
  row: number,
  column: number,
  value: number,
): number[][] {
  return matrix.map((line, i) => line.map((old, j) => (i === row && j === column ? value : old)));
}

/** Numbers in captions: whole ones as they are, others with two digits behind the point. */
export function shortNumber(value: number): string {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return text.replace("-", "−");
}
