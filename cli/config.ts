// A file with options: JSON, or a module whose default export is such an object. Its keys are the options'
// names in camel case; what stands on the command line goes before it.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DataError, FormatError } from "../src/index.ts";
import {
  camelCased,
  checkedValue,
  type OptionSpec,
  type OptionSpecs,
  type OptionValue,
  type OptionValues,
  UsageError,
} from "./options.ts";

export interface ConfigRules {
  /** Options that are about one call, and stand on the command line alone. */
  readonly without: readonly string[];
  /** Keys for words that are no options: the network. */
  readonly words: readonly string[];
}

export interface Config {
  /** Values by the names of the options. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly words: Readonly<Record<string, string>>;
}

/** The key of an option: `batchSize` of "batch-size", `modelOptions` of the group "model". */
function keyOf(name: string, spec: OptionSpec): string {
  return camelCased(name) + (spec.type === "group" ? "Options" : "");
}

/**
 * Reads a file of options.
 * @throws DataError if it cannot be read, FormatError if it is no object, UsageError that names the file and the key
 *   for an unknown key or an impossible value
 */
export async function readConfig(
  path: string,
  specs: OptionSpecs,
  { without, words }: ConfigRules,
): Promise<Config> {
  const content = await contentOf(path);
  const names = new Map(
    Object.entries(specs)
      .filter(([name]) => !without.includes(name))
      .map(([name, spec]) => [keyOf(name, spec), name]),
  );
  const options: Record<string, OptionValue> = {};
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(content)) {
    const name = names.get(key);
    const isWord = words.includes(key);
    if (name === undefined && !isWord)
      throw new UsageError(`${path}: unknown key "${key}"`, key, [...names.keys(), ...words]);
    // As if it were not there: a run's settings have all keys.
    if (value === null || value === undefined) continue;
    if (isWord) {
      if (typeof value !== "string")
        throw new UsageError(`${path}: ${key}: ${JSON.stringify(value)} is not a text`);
      found[key] = value;
    } else if (name !== undefined) {
      options[name] = checkedValue(`${path}: ${key}`, specs[name] as OptionSpec, value);
    }
  }
  return { options, words: found };
}

/** Options with those of a file where the command line has none; a group's members one by one. */
export function withConfig<Specs extends OptionSpecs>(
  values: OptionValues<Specs>,
  given: ReadonlySet<string>,
  config: Config,
): OptionValues<Specs> {
  const merged: Record<string, unknown> = { ...values };
  for (const [name, value] of Object.entries(config.options)) {
    if (typeof value === "object") merged[name] = { ...value, ...(merged[name] as object) };
    else if (!given.has(name)) merged[name] = value;
  }
  return merged as OptionValues<Specs>;
}

async function contentOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const content = /\.[cm]?[jt]s$/.test(path) ? await moduleOf(path) : await jsonOf(path);
  if (typeof content === "object" && content !== null && !Array.isArray(content))
    return content as Record<string, unknown>;
  throw new FormatError(`${path}: there is no object of options in it`, {
    hint: "give an object such as { epochs: 20 }; a module has it as its default export",
  });
}

async function jsonOf(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw cannotRead(path, cause as NodeJS.ErrnoException);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${path}: not JSON`, {
      facts: [{ name: "problem", value: (cause as Error).message }],
      cause,
    });
  }
}

async function moduleOf(path: string): Promise<unknown> {
  const full = resolve(path);
  await readFile(full).catch((cause) => {
    throw cannotRead(path, cause);
  });
  try {
    return ((await import(pathToFileURL(full).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new FormatError(`${path}: the module cannot be loaded`, {
      facts: [{ name: "problem", value: String((cause as Error).message).split("\n")[0] ?? "" }],
      cause,
    });
  }
}

function cannotRead(path: string, cause: NodeJS.ErrnoException): DataError {
  const isMissing = cause.code === "ENOENT";
  return new DataError(isMissing ? `there is no config file ${path}` : `cannot read ${path}`, {
    ...(isMissing ? {} : { facts: [{ name: "system", value: cause.code ?? cause.message }] }),
    cause,
  });
}
