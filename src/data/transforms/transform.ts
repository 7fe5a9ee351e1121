// What a transform is, and how one is made: a name, options that are plain data, and a function of a
// picture and random numbers.
import { checkOptions } from "../../tensor/errors.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Picture } from "../picture.ts";

/** A transform as plain data, which can be stored and sent to other threads. */
export interface TransformSpec {
  /** Name of the function that makes it: `randomCrop`. */
  readonly name: string;
  /** The arguments by their names, without those that are the default. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Makes a picture of a picture. */
export interface Transform extends TransformSpec {
  /** The transforms that it is made of, if it is made of others. */
  readonly transforms?: readonly Transform[];
  /** Never changes the picture it is given, but may return it. */
  apply(picture: Picture, random: Generator): Picture;
  /** As in `RandomCrop(28, padding 4)`. */
  toString(): string;
}

type Options = Readonly<Record<string, unknown>>;

/**
 * The transform with this name and these options, of which it keeps what differs from the defaults.
 * @param inner the transforms that it is made of
 */
export function transform(
  name: string,
  options: object,
  defaults: object,
  apply: Transform["apply"],
  inner?: readonly Transform[],
): Transform {
  const usual = defaults as Options;
  const given = Object.entries(options).filter(
    ([key, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(usual[key] ?? null),
  );
  const words = [...(inner ?? []).map(String), ...given.map(describe)].join(", ");
  const text = `${name.charAt(0).toUpperCase()}${name.slice(1)}(${words})`;
  const held = inner === undefined ? {} : { transforms: inner.map(specOf) };
  return {
    name,
    options: { ...held, ...Object.fromEntries(given) },
    ...(inner === undefined ? {} : { transforms: inner }),
    apply,
    toString: () => text,
  };
}

/**
 * The data of a transform: what is needed to make it again elsewhere, with {@link fromSpec}.
 * @example
 * const { randomCrop } = data.transforms;
 * specOf(randomCrop(28, { padding: 4 })) // {"name":"randomCrop","options":{"size":28,"padding":4}}
 */
export function specOf({ name, options }: Transform): TransformSpec {
  return { name, options };
}

/** The options with the defaults filled in; names that have no default are refused. */
export function withDefaults<T extends object>(
  where: string,
  options: { readonly [K in keyof T]?: T[K] | undefined },
  defaults: T,
): T {
  checkOptions(where, options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(given) as Partial<T>) };
}

/** `padding 4`; a size goes without its name. */
function describe([name, value]: [string, unknown]): string {
  if (name === "size") return Array.isArray(value) ? value.join("x") : String(value);
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return value === true ? words : `${words} ${formatValue(value)}`;
}

function formatValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(formatValue).join(", ")}]` : String(value);
}
