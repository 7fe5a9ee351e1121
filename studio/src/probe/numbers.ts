// Numbers and units as the page writes them.

/** Four digits, with a true minus. */
export function num(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  const text = value === 0 ? "0" : Number(value.toPrecision(4)).toString();
  return text.replaceAll("-", "−");
}

/** In brackets where a sign stands before it. */
export function term(value: number): string {
  return value < 0 ? `(${num(value)})` : num(value);
}

/** Places are counted from 1 on the page. */
export function placeText(unit: readonly number[]): string {
  return unit.map((place) => place + 1).join(", ");
}
