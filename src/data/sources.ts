// The places that a data set may come from, tried in a fixed order until one has it.
import { DataError, nearest, OptionError } from "../tensor/errors.ts";

/** Where a data set may come from, in the order in which the ways are tried. */
export const dataSources = ["cache", "debian", "download", "package", "sample"] as const;
/** One of {@link dataSources}. */
export type DataSource = (typeof dataSources)[number];

export interface DataOptions {
  /** Folder that keeps data sets; default {@link cacheFolder}. */
  readonly cacheDir?: string;
  /** Never use the network. */
  readonly offline?: boolean;
  /** Told about everything that takes a while; default: writes to stderr. */
  readonly onProgress?: (message: string) => void;
  /** The ways that may be tried; default all but "sample", or `$FOVEA_DATA_SOURCES`. */
  readonly sources?: readonly DataSource[];
  /** Take the small excerpt that ships with Fovea if the whole cannot be had. */
  readonly sampleIfMissing?: boolean;
}

export const dataOptionNames = [
  "cacheDir",
  "offline",
  "onProgress",
  "sources",
  "sampleIfMissing",
] as const;

/** The ways that a data set knows, and what to do where none works. */
export interface Ways<T> {
  readonly ways: Partial<Readonly<Record<DataSource, () => Promise<T>>>>;
  readonly byHand: string;
}

/**
 * What the first way gives that works, among those allowed.
 * @throws DataError naming each way tried with its reason, and what to do by hand
 */
export async function firstOf<T>(
  title: string,
  options: DataOptions,
  { ways, byHand }: Ways<T>,
): Promise<{ readonly content: T; readonly origin: DataSource }> {
  const failures: { source: DataSource; reason: string }[] = [];
  for (const source of allowedSources(options)) {
    const way = ways[source];
    if (way === undefined) continue;
    try {
      return { content: await way(), origin: source };
    } catch (error) {
      const reason = (error as { headline?: string }).headline ?? (error as Error).message;
      failures.push({ source, reason });
    }
  }
  throw new DataError(`${title} could not be had`, {
    facts: failures.map(({ source, reason }) => ({ name: source, value: reason })),
    hint: byHand,
  });
}

/** The sources to try, in the fixed order, from the options and `$FOVEA_DATA_SOURCES`. */
function allowedSources({
  sources,
  sampleIfMissing = false,
  offline = false,
}: DataOptions): readonly DataSource[] {
  const fromEnvironment = process.env.FOVEA_DATA_SOURCES?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const listed: readonly string[] =
    sources ?? fromEnvironment ?? dataSources.filter((name) => name !== "sample");
  for (const name of listed) {
    if ((dataSources as readonly string[]).includes(name)) continue;
    const near = nearest(name, dataSources);
    throw new OptionError(`unknown data source "${name}"`, {
      facts: [{ name: "known", value: dataSources.join(", ") }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  // The environment restricts: a run that was told to use the cache only gets no sample either.
  const withSample = sampleIfMissing && (sources !== undefined || fromEnvironment === undefined);
  return dataSources.filter((name) => {
    if (offline && (name === "download" || name === "package")) return false;
    return listed.includes(name) || (name === "sample" && withSample);
  });
}
