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

/** Bytes in powers of 1024: 18.4 KiB. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${(value / 1024 ** power).toPrecision(power === 0 ? 1 + Math.floor(Math.log10(Math.max(1, value))) : 3)} ${units[power]}`;
}
