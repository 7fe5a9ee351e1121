// Axes: round tick values, and the way from values to pixels.

export interface Scale {
  readonly ticks: readonly number[];
  /** Pixel of a value. */
  readonly at: (value: number) => number;
  /** A tick with as many decimals as the steps need. */
  readonly format: (tick: number) => string;
}

export interface ScaleOptions {
  /** About how many steps. */
  readonly ticks: number;
  /** Limits (0, or a power of ten) that the axis does not pass, unless a value does. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** A value that the axis reaches in any case. */
  readonly reach?: number;
  /** The least that it covers, so that noise does not fill the picture. */
  readonly span?: number;
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`. */
function niceStep(rough: number, onlyWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((candidate) => candidate >= rough * (1 - 1e-9)) as number;
  return onlyWhole ? Math.max(1, step === 2.5 ? 5 : Math.round(step)) : step;
}

/**
 * A linear axis from round tick to round tick around the values.
 * @param values finite numbers; none at all gives an axis from 0 to 1
 * @param pixels where the first and the last tick lie
 */
export function linearScale(
  values: readonly number[],
  pixels: readonly [number, number],
  options: ScaleOptions,
): Scale {
  const all =
    options.reach === undefined || values.length === 0 ? values : [...values, options.reach];
  let [low, high] = values.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  // Values beyond a limit show that it does not hold.
  const atLeast = Math.min(options.atLeast ?? Number.NEGATIVE_INFINITY, low);
  const atMost = Math.max(options.atMost ?? Number.POSITIVE_INFINITY, high);
  const span = Math.max(options.span ?? 0, 1e-3, 1e-6 * Math.abs(high));
  if (high - low < span) {
    // Room on both sides, shifted where a limit is near.
    const center = Math.min(Math.max((low + high) / 2, atLeast + span / 2), atMost - span / 2);
    [low, high] = [Math.min(low, center - span / 2), Math.max(high, center + span / 2)];
  }
  const step = niceStep((high - low) / options.ticks, false);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const decimals = Math.min(
    6,
    Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (isQuarter(step) ? 1 : 0)),
  );
  const isLarge = Math.abs(low) >= 1e5 || Math.abs(high) >= 1e5;
  const format = (tick: number): string =>
    isLarge && tick !== 0 ? tick.toExponential(1) : tick.toFixed(decimals);
  return { ticks, at: mapping(ticks[0] as number, ticks.at(-1) as number, pixels), format };
}

/** An axis of whole numbers that begins and ends exactly with the data: epochs. */
export function countScale(
  first: number,
  last: number,
  pixels: readonly [number, number],
  most: number,
): Scale {
  const step = niceStep(Math.max(1, (last - first) / most), true);
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  if (ticks[0] !== first) ticks.unshift(first);
  // A tick too near to the first or the last one would touch it.
  const near = 0.6 * step;
  const kept = ticks.filter(
    (tick) => tick === first || (tick - first >= near && (tick === last || last - tick >= near)),
  );
  if (kept.at(-1) !== last) kept.push(last);
  const [from, to] = first === last ? [first - 0.5, last + 0.5] : [first, last];
  return { ticks: kept, at: mapping(from, to, pixels), format: String };
}

/**
 * A logarithmic axis that begins and ends with the values, or farther out where they do not span two ticks; ticks are
 * powers of ten.
 * @param values finite numbers above 0; none at all gives an axis from 1 to 10
 */
export function logScale(values: readonly number[], pixels: readonly [number, number]): Scale {
  const logs = values.length === 0 ? [0, 1] : values.map(Math.log10);
  let [low, high] = [Math.min(...logs), Math.max(...logs)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  // Two ticks at least, or the axis could not be read.
  if (Math.floor(high) - Math.ceil(low) < 1) [low, high] = [Math.floor(low), Math.ceil(high)];
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 12));
  const ticks: number[] = [];
  // Not 10 ** exponent, which is not the nearest number to every power of ten.
  for (let exponent = first; exponent <= last; exponent += step)
    ticks.push(Number(`1e${exponent}`));
  const at = mapping(low, high, pixels);
  return {
    ticks,
    at: (value) => at(Math.log10(value)),
    format: (tick) => (tick >= 1e-3 && tick < 1e5 ? String(tick) : tick.toExponential(0)),
  };
}

function isQuarter(step: number): boolean {
  const mantissa = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
  return Math.abs(mantissa - 2.5) < 1e-6;
}

function mapping(
  from: number,
  to: number,
  [start, end]: readonly [number, number],
): (value: number) => number {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}
