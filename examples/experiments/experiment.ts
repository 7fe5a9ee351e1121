// What an experiment of the textbook is: a few numbers computed with Fovea, beside what they should be.
import type { NestedNumbers } from "../../src/index.ts";

/** One number or array, with what is expected of it. */
export interface Check {
  readonly what: string;
  readonly got: NestedNumbers;
  /** The numbers themselves, or a condition in words. */
  readonly expected: NestedNumbers | Condition;
  /** Largest difference allowed from expected numbers. */
  readonly tolerance: number;
}

export interface Condition {
  readonly text: string;
  readonly holds: boolean;
}

export interface Result {
  readonly checks: readonly Check[];
  /** Lines for a terminal, where the textbook has a figure. */
  readonly picture?: readonly string[];
}

export interface Experiment {
  readonly id: string;
  readonly title: string;
  /** Trains a network: seconds on a compiled backend, minutes on the reference. */
  readonly trains?: true;
  run(): Promise<Result>;
}

/** These numbers should be those. */
export function equal(
  what: string,
  got: NestedNumbers,
  expected: NestedNumbers,
  tolerance = 1e-5,
): Check {
  return { what, got, expected, tolerance };
}

/** Something should hold for these numbers. */
export function holds(what: string, got: NestedNumbers, text: string, isTrue: boolean): Check {
  return { what, got, expected: { text, holds: isTrue }, tolerance: 0 };
}

/** Did it come out as expected? */
export function passes({ got, expected, tolerance }: Check): boolean {
  return isCondition(expected) ? expected.holds : isNear(got, expected, tolerance);
}

/** Numbers as nested lists, with four digits after the point at most. */
export function format(value: NestedNumbers | Condition): string {
  if (isCondition(value)) return value.text;
  if (typeof value === "object") return `[${value.map(format).join(", ")}]`;
  return typeof value === "number" ? String(+value.toFixed(4) + 0) : String(value);
}

/** A matrix as a picture: two columns for each number, dark for the smallest, bright for the largest. */
export function shades(rows: readonly (readonly number[])[]): string[] {
  const levels = [" ", "░", "▒", "▓", "█"];
  const [low, high] = [Math.min(...rows.flat()), Math.max(...rows.flat())];
  const level = (n: number) => Math.round(((n - low) / (high - low || 1)) * (levels.length - 1));
  return rows.map((row) => row.map((n) => (levels[level(n)] ?? "").repeat(2)).join(""));
}

/** Runs one experiment and prints what came out: what each file does when it is run by itself. */
export async function show({ id, title, run }: Experiment): Promise<void> {
  const { checks, picture = [] } = await run();
  console.log(`${id}  ${title}`);
  for (const line of picture) console.log(`  ${line}`.trimEnd());
  for (const check of checks) {
    const mark = passes(check) ? "ok   " : "WRONG";
    const isExact = passes(check) && !isCondition(check.expected);
    const expected = isExact ? "" : `, expected ${format(check.expected)}`;
    console.log(`  ${mark} ${check.what}: ${format(check.got)}${expected}`);
    if (!passes(check)) process.exitCode = 1;
  }
}

function isCondition(value: NestedNumbers | Condition): value is Condition {
  return typeof value === "object" && "holds" in value;
}

/** Same nesting, and no number further away than the tolerance; NaN is near nothing. */
function isNear(got: NestedNumbers, expected: NestedNumbers, tolerance: number): boolean {
  if (typeof got === "object" && typeof expected === "object") {
    return (
      got.length === expected.length &&
      got.every((item, i) => isNear(item, expected[i] as NestedNumbers, tolerance))
    );
  }
  if (typeof got !== typeof expected || typeof got === "object") return false;
  return Math.abs(Number(got) - Number(expected)) <= tolerance;
}
