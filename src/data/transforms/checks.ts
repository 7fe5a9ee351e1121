// Checks of the arguments of transforms. The values may come from a file: any type must be refused well.
import { type Border, border, type Pair, pair } from "../../ops/sizes.ts";
import { nearest, OptionError } from "../../tensor/errors.ts";

/** One value for all channels, or one for each: whole numbers from 0 to 255. */
export type Fill = number | readonly number[];
/** A number, or the lowest and the highest. */
export type IntervalLike = number | readonly [number, number];
/** The lowest and the highest value. */
export type Interval = readonly [number, number];

export interface Limits {
  readonly least?: number;
  readonly most?: number;
}

const isNumbers = (value: unknown): value is number | readonly number[] =>
  typeof value === "number" || Array.isArray(value);

function refuse(where: string, name: string, value: unknown, hint: string): never {
  throw new OptionError(`${where}: ${name} is ${JSON.stringify(value) ?? String(value)}`, { hint });
}

function words({ least = -Infinity, most = Infinity }: Limits): string {
  if (least === -Infinity) return most === Infinity ? "" : ` up to ${most}`;
  return most === Infinity ? ` from ${least}` : ` from ${least} to ${most}`;
}

/** A finite number within the limits. */
export function checkNumber(where: string, name: string, value: unknown, limits: Limits): number {
  const { least = -Infinity, most = Infinity } = limits;
  if (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most)
    return value;
  return refuse(where, name, value, `give a number${words(limits)}`);
}

/** A whole number within the limits. */
export function checkWhole(where: string, name: string, value: unknown, limits: Limits): number {
  if (Number.isInteger(checkNumber(where, name, value, limits))) return value as number;
  return refuse(where, name, value, `give a whole number${words(limits)}`);
}

/** A number from 0 to 1. */
export function checkProbability(where: string, p: unknown): number {
  return checkNumber(where, "p", p, { least: 0, most: 1 });
}

/** `[height, width]` of a size that is one number or two. */
export function checkPair(where: string, name: string, value: unknown, least = 1): Pair {
  if (isNumbers(value)) return pair(where, name, value, least);
  return refuse(where, name, value, `give a whole number from ${least}, or [vertical, horizontal]`);
}

/** `[top, bottom, left, right]`. */
export function checkBorder(where: string, value: unknown): Border {
  if (isNumbers(value)) return border(where, value);
  return refuse(where, "padding", value, "give a whole number from 0, or [vertical, horizontal]");
}

/** Two numbers within the limits, the lower first. */
export function checkRange(where: string, name: string, value: unknown, limits: Limits): Interval {
  const { least = -Infinity, most = Infinity } = limits;
  if (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => Number.isFinite(n) && n >= least && n <= most) &&
    value[0] <= value[1]
  )
    return value as unknown as Interval;
  return refuse(where, name, value, `give two numbers${words(limits)}, the lower first`);
}

/** One of a few words. */
export function checkChoice<T extends string>(
  where: string,
  name: string,
  value: T,
  choices: readonly T[],
): T {
  if (choices.includes(value)) return value;
  const near = typeof value === "string" ? nearest(value, choices) : undefined;
  const known = choices.map((choice) => `"${choice}"`).join(", ");
  return refuse(
    where,
    name,
    value,
    near === undefined ? `use ${known}` : `did you mean "${near}"?`,
  );
}

/** A byte, or a byte for each channel. */
export function checkFill(where: string, name: string, fill: unknown): Fill {
  const bytes = typeof fill === "number" ? [fill] : fill;
  if (
    Array.isArray(bytes) &&
    [1, 3].includes(bytes.length) &&
    bytes.every((n) => Number.isInteger(n) && n >= 0 && n <= 255)
  )
    return fill as Fill;
  return refuse(where, name, fill, "give a whole number from 0 to 255, or one for each channel");
}

/** The fill of each channel of a picture. */
export function fillOf(where: string, fill: Fill, channels: number): readonly number[] {
  const bytes = typeof fill === "number" ? [fill] : fill;
  checkFill(where, "fill", fill);
  if (bytes.length === channels) return bytes;
  if (bytes.length === 1) return new Array<number>(channels).fill(bytes[0] as number);
  throw new OptionError(
    `${where}: fill has ${bytes.length} values, the picture ${channels} channel`,
    {
      hint: "give one number, or make the picture RGB with grayscale(3)",
    },
  );
}

/** 1 or 3. */
export function checkChannels(where: string, channels: unknown): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  return refuse(where, "numOutputChannels", channels, "use 1 or 3");
}

/** true or false. */
export function checkBoolean(where: string, name: string, value: unknown): void {
  if (typeof value !== "boolean") refuse(where, name, value, "use true or false");
}
