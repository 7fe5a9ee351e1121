// The options of a command, declared once: from the declaration come parsing, checking, defaults
// and the help text. Around `node:util`'s parseArgs, which splits the words.
import { parseArgs } from "node:util";

/** One option. `default` is what the command gets, `defaultText` what the help says instead of it. */
export type OptionSpec = {
  readonly help: string;
  readonly short?: string;
  readonly defaultText?: string;
} & (
  | { readonly type: "flag" }
  | { readonly type: "text"; readonly value: string; readonly default?: string }
  /** A text that may be left away: `--resume` or `--resume NAME`; the empty text if it is. */
  | { readonly type: "optionalText"; readonly value: string }
  | { readonly type: "choice"; readonly choices: readonly string[]; readonly default?: string }
  /** Options of something else: `--model.width 0.5` is `{ width: 0.5 }` of the group `model`. */
  | { readonly type: "group"; readonly value: string }
  | {
      readonly type: "integer" | "number";
      readonly value: string;
      readonly min: number;
      readonly max?: number;
      /** The minimum itself is refused. */
      readonly above?: boolean;
      readonly default?: number;
    }
);

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What stands in a group, by name. */
export type GroupValues = Readonly<Record<string, string | number | boolean>>;

type Given<Spec> = Spec extends { type: "flag" }
  ? boolean
  : Spec extends { type: "group" }
    ? GroupValues
    : Spec extends { type: "integer" | "number" }
      ? Spec extends { default: number }
        ? number
        : number | undefined
      : Spec extends { default: string }
        ? string
        : string | undefined;

export type OptionValue = string | number | boolean | GroupValues;

/** What a command gets for the options it declared. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Given<Specs[Name]>;
};

/** A word that stands for itself: a model, an image. */
export interface PositionalSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** Takes all that follow. */
  readonly many?: boolean;
}

/** The command line is wrong. `candidates` are the words of which `word` may be a misspelling. */
export class UsageError extends Error {
  readonly word: string | undefined;
  readonly candidates: readonly string[];

  constructor(message: string, word?: string, candidates: readonly string[] = []) {
    super(message);
    this.name = "UsageError";
    this.word = word;
    this.candidates = candidates;
  }
}

export interface ParsedArguments<Specs extends OptionSpecs> {
  readonly options: OptionValues<Specs>;
  readonly positionals: readonly string[];
  /** Names of the options that stood on the command line. */
  readonly given: ReadonlySet<string>;
}

/**
 * Splits and checks the words of a command line.
 * @throws UsageError if an option does not exist or has an impossible value, or positionals do not fit
 */
export function parseOptions<Specs extends OptionSpecs>(
  words: readonly string[],
  specs: Specs,
  positionalSpecs: readonly PositionalSpec[],
): ParsedArguments<Specs> {
  const byName: OptionSpecs = specs;
  const { tokens } = parseArgs({
    args: completeOptional(words, byName),
    options: Object.fromEntries([
      ...Object.entries(byName).map(([name, spec]) => [
        name,
        {
          type: spec.type === "flag" ? ("boolean" as const) : ("string" as const),
          ...(spec.short === undefined ? {} : { short: spec.short }),
        },
      ]),
      ...words.flatMap((word) => {
        const member = memberOf(word.slice(2).split("=", 1)[0] as string, byName);
        return member === null ? [] : [[member.option, { type: "string" as const }]];
      }),
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, OptionValue | undefined> = {};
  for (const [name, spec] of Object.entries(byName)) values[name] = defaultOf(spec);
  const positionals: string[] = [];
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const member = memberOf(token.name, byName);
    if (member !== null) {
      const { group, key } = member;
      given.add(group);
      const value = memberValue(`--${token.name}`, byName[group] as OptionSpec, token.value);
      values[group] = { ...(values[group] as GroupValues), [key]: value };
      continue;
    }
    const spec = Object.hasOwn(byName, token.name) ? byName[token.name] : undefined;
    if (spec === undefined) {
      const known = Object.keys(byName).map((name) => `--${name}`);
      throw new UsageError(`unknown option ${token.rawName}`, token.rawName, known);
    }
    given.add(token.name);
    values[token.name] = givenValue(`--${token.name}`, spec, token.value);
  }
  checkPositionals(positionals, positionalSpecs);
  return { options: values as OptionValues<Specs>, positionals, given };
}

/** What an option has when nobody gives it. */
export function defaultOf(spec: OptionSpec): OptionValue | undefined {
  if (spec.type === "flag") return false;
  if (spec.type === "group") return {};
  return "default" in spec ? spec.default : undefined;
}

/** "model.batch-norm" is `batchNorm` of the group `model`. */
function memberOf(
  option: string,
  specs: OptionSpecs,
): { readonly option: string; readonly group: string; readonly key: string } | null {
  const found = /^([\w-]+)\.([A-Za-z][\w-]*)$/.exec(option);
  const [, group = "", name = ""] = found ?? [];
  const isGroup = Object.hasOwn(specs, group) && specs[group]?.type === "group";
  return isGroup ? { option, group, key: camelCased(name) } : null;
}

/** `batchSize` of "batch-size". */
export function camelCased(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function memberValue(
  name: string,
  spec: OptionSpec,
  text: string | undefined,
): string | number | boolean {
  if (text === undefined || text === "" || text.startsWith("--"))
    throw new UsageError(`${name} needs a value: ${name} ${placeholder(spec)}`);
  if (text === "true" || text === "false") return text === "true";
  return isDecimal(text) ? Number(text) : text;
}

/** `--resume` with nothing behind it becomes `--resume=`, so that it does not take the next option. */
function completeOptional(words: readonly string[], specs: OptionSpecs): string[] {
  return words.map((word, i) => {
    const next = words[i + 1];
    const isOptional = word.startsWith("--") && specs[word.slice(2)]?.type === "optionalText";
    return isOptional && (next === undefined || next.startsWith("-")) ? `${word}=` : word;
  });
}

function givenValue(
  name: string,
  spec: OptionSpec,
  text: string | undefined,
): string | number | boolean {
  if (spec.type === "flag") {
    if (text !== undefined) throw new UsageError(`${name} takes no value, got "${text}"`);
    return true;
  }
  if (spec.type === "optionalText") return text ?? "";
  if (spec.type === "group")
    throw new UsageError(`${name} needs the name of an option: ${name}.NAME ${spec.value}`);
  if (text === undefined || text === "" || text.startsWith("--")) {
    throw new UsageError(`${name} needs a value: ${name} ${placeholder(spec)}`);
  }
  switch (spec.type) {
    case "text":
      return text;
    case "choice":
      if (!spec.choices.includes(text)) {
        const message = `${name}: "${text}" is not one of ${spec.choices.join(", ")}`;
        throw new UsageError(message, text, spec.choices);
      }
      return text;
    default:
      return numberOf(name, spec, text);
  }
}

function numberOf(
  name: string,
  spec: Extract<OptionSpec, { type: "integer" | "number" }>,
  text: string,
): number {
  const { type, min, max = Number.POSITIVE_INFINITY, above = false } = spec;
  const value = isDecimal(text) ? Number(text) : Number.NaN;
  const isFitting = type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isFitting || value < min || value > max || (above && value === min)) {
    throw new UsageError(`${name}: ${JSON.stringify(text)} is not ${rangeText(spec)}`);
  }
  return value;
}

/** Number("") is 0 and Number("0x10") is 16: only plain decimals are meant here. */
function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function rangeText(spec: Extract<OptionSpec, { type: "integer" | "number" }>): string {
  const kind = spec.type === "integer" ? "a whole number" : "a number";
  if (spec.max !== undefined) return `${kind} from ${spec.min} to ${spec.max}`;
  return spec.above ? `${kind} above ${spec.min}` : `${kind} of at least ${spec.min}`;
}

function checkPositionals(given: readonly string[], specs: readonly PositionalSpec[]): void {
  const missing = specs.find((spec, i) => spec.required && given.length <= i);
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing`);
  const takesMany = specs.some((spec) => spec.many);
  if (!takesMany && given.length > specs.length) {
    throw new UsageError(`"${given[specs.length]}" is one word too many`);
  }
}

/**
 * A value that is no word of a command line: of a config file.
 * @throws UsageError if it is none that the option takes
 */
export function checkedValue(name: string, spec: OptionSpec, value: unknown): OptionValue {
  const shown = JSON.stringify(value) ?? String(value);
  const refuse = (wanted: string): never => {
    throw new UsageError(`${name}: ${shown} is not ${wanted}`);
  };
  switch (spec.type) {
    case "flag":
      return typeof value === "boolean" ? value : refuse("true or false");
    case "integer":
    case "number":
      return typeof value === "number" ? numberOf(name, spec, String(value)) : refuse("a number");
    case "group": {
      const isPlain = typeof value === "object" && value !== null && !Array.isArray(value);
      const members = isPlain ? Object.values(value) : [];
      const isGroup = members.every((one) => ["string", "number", "boolean"].includes(typeof one));
      return isPlain && isGroup ? (value as GroupValues) : refuse("an object of options");
    }
    default:
      if (typeof value !== "string") return refuse("a text");
      return givenValue(name, spec, value) as string;
  }
}

/** What stands for an option's value in the help. */
export function placeholder(spec: OptionSpec): string {
  switch (spec.type) {
    case "flag":
      return "";
    case "choice":
      return spec.choices.join("|");
    case "optionalText":
      return `[${spec.value}]`;
    default:
      return spec.value;
  }
}
