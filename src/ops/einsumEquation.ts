// The equations of einsum, read: a list of letters for each operand and for the result. Axes behind
// "..." get names of their own, counted from the last, so that they broadcast.
import { OptionError, ShapeError } from "../tensor/errors.ts";

export interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** @param ranks number of axes of each operand */
export function parseEquation(equation: string, ranks: readonly number[]): Equation {
  const sides = equation.replaceAll(/\s/g, "").split("->");
  const [left, right] = sides as [string, string | undefined];
  if (sides.length > 2) refuse(equation, "has more than one arrow");
  const terms = left.split(",");
  if (terms.length !== ranks.length) {
    throw new ShapeError(
      `einsum: "${equation}" is for ${terms.length} operands, given are ${ranks.length}`,
    );
  }
  const inputs = terms.map((term, k) => lettersOf(equation, term, ranks[k] as number, k));
  const widest = inputs
    .map((letters) => letters.filter((letter) => letter.startsWith("...")))
    .reduce((a, b) => (b.length > a.length ? b : a), []);
  if (right === undefined) return { inputs, output: [...widest, ...occurOnce(inputs)] };
  const output = split(equation, right).flatMap((letter) => (letter === "..." ? widest : letter));
  const known = new Set(inputs.flat());
  output.forEach((letter, k) => {
    if (!known.has(letter)) refuse(equation, `has no operand with "${letter}"`);
    if (output.indexOf(letter) !== k) refuse(equation, `has "${letter}" twice in its result`);
  });
  return { inputs, output };
}

/** One name for each axis of an operand. */
function lettersOf(equation: string, term: string, rank: number, k: number): string[] {
  const letters = split(equation, term);
  const hidden = rank - letters.filter((letter) => letter !== "...").length;
  if (hidden < 0 || (hidden > 0 && !letters.includes("..."))) {
    throw new ShapeError(
      `einsum: "${term}" does not name the axes of operand ${k}, which has ${rank}`,
      { hint: 'one letter for each axis, or "..." for those without' },
    );
  }
  return letters.flatMap((letter) =>
    letter === "..." ? Array.from({ length: hidden }, (_, i) => `...${hidden - i}`) : letter,
  );
}

/** Letters and "...", which may occur once. */
function split(equation: string, term: string): string[] {
  const letters = term.match(/\.\.\.|[A-Za-z]|./g) ?? [];
  const wrong = letters.find((letter) => !/^(\.\.\.|[A-Za-z])$/.test(letter));
  if (wrong !== undefined) refuse(equation, `has a "${wrong}", which is no letter`);
  if (letters.filter((letter) => letter === "...").length > 1)
    refuse(equation, 'has "..." twice in one place');
  return letters;
}

/** Letters that occur once in all operands, in alphabetical order, capitals first. */
function occurOnce(inputs: readonly (readonly string[])[]): string[] {
  const all = inputs.flat().filter((letter) => !letter.startsWith("..."));
  return all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
}

function refuse(equation: string, fault: string): never {
  throw new OptionError(`einsum: "${equation}" ${fault}`, {
    hint: 'write it like "bij,bjk->bik"',
  });
}
