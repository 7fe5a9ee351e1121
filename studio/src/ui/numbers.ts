// Large numbers in few characters.

const steps = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** 423,816 as 424 k, 1,819,066,368 as 1.82 G. */
export function shortCount(value: number): string {
  const step = steps.find(([size]) => value >= size);
  return step === undefined ? String(value) : `${(value / step[0]).toPrecision(3)} ${step[1]}`;
}

/** A share as a percentage with so many digits behind the point: 93.4 %; a dash where it is not known. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share == null || Number.isNaN(share) ? "–" : `${(100 * share).toFixed(digits)} %`;
}

/** Bytes in powers of 1024: 18.4 KiB. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** power).toPrecision(power === 0 ? 1 + Math.floor(Math.log10(Math.max(1, value))) : 3)} ${units[power]}`;
}

/** 10⁻⁷ */
export function powerOfTen(power: number): string {
  const sizes = [...String(Math.abs(power))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
  return `10${power < 0 ? "⁻" : ""}${sizes.join("")}`;
}

/** Three digits that count, with a real minus: 0.0123, 5.21 · 10⁻⁷. */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e4)) return value.toPrecision(3).replace("-", "−");
  const power = Math.floor(Math.log10(size));
  return `${(value / 10 ** power).toFixed(2).replace("-", "−")} · ${powerOfTen(power)}`;
}
