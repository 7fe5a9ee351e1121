// Draws: a coin, a number of an interval, a ratio, a whole number.
import type { Generator } from "../../tensor/random.ts";
import type { Interval } from "./checks.ts";

/** Heads with probability `p`: never at 0, always at 1. */
export function chance(random: Generator, p: number): boolean {
  return random.uniform() < p;
}

/** A number of the range, every one equally likely. */
export function between(random: Generator, [low, high]: Interval): number {
  return low + (high - low) * random.uniform();
}

/** A number of the range whose logarithm is uniform: half and double are equally likely. */
export function ratioBetween(random: Generator, [low, high]: Interval): number {
  return Math.exp(between(random, [Math.log(low), Math.log(high)]));
}

/** A whole number from 0 to `most`. */
export function wholeUpTo(random: Generator, most: number): number {
  return random.integer(most + 1);
}

/** The nearest whole number, the even one of two that are equally near, as Python's `round`. */
export function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
