// Gets a data set from wherever it can be had: the cache, a Debian package that is installed, the
// network, a Debian package fetched for the purpose, at last the excerpt that ships with Fovea.
import { join } from "node:path";
import { checkOptions, DataError, nearest, OptionError } from "../tensor/errors.ts";
import { type Archive, type ArchiveContent, type ArchiveFile, roles } from "./archive.ts";
import { cacheFolder, readFolder, readVerified, storeInCache, verifyContent } from "./cache.ts";
import type { ImageDataset } from "./dataset.ts";
import { withDebianPackage } from "./debian.ts";
import { download } from "./download.ts";
import { gunzipBounded } from "./gzip.ts";
import { parseIdx } from "./idx.ts";
import { readSample } from "./sample.ts";

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

/** A data set in its two parts, and where it came from. */
export interface DataSplits {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** "sample" means: not the whole data set. */
  readonly origin: DataSource;
}

interface Way {
  readonly archive: Archive;
  /** The data set's own folder in the cache. */
  readonly folder: string;
  readonly onProgress: (message: string) => void;
}

/**
 * Loads a data set from the first place that has it, verified by SHA-256, and keeps it in the cache.
 * @throws DataError naming each way tried with its reason, and what to do by hand
 */
export async function obtain(archive: Archive, options: DataOptions = {}): Promise<DataSplits> {
  checkOptions(archive.name, options, [
    "cacheDir",
    "offline",
    "onProgress",
    "sources",
    "sampleIfMissing",
  ]);
  const folder = join(options.cacheDir ?? cacheFolder(), archive.name);
  const way: Way = {
    archive,
    folder,
    onProgress: options.onProgress ?? ((message) => console.error(message)),
  };
  const failures: { source: DataSource; reason: string }[] = [];
  for (const source of allowedSources(options)) {
    try {
      const content = await ways[source](way);
      return splits(archive, content, source);
    } catch (error) {
      const reason = (error as { headline?: string }).headline ?? (error as Error).message;
      failures.push({ source, reason });
    }
  }
  throw new DataError(`${archive.title} could not be had`, {
    facts: failures.map(({ source, reason }) => ({ name: source, value: reason })),
    hint: byHand(archive, folder),
  });
}

const ways: Readonly<Record<DataSource, (way: Way) => Promise<ArchiveContent>>> = {
  async cache({ archive, folder, onProgress }) {
    const found = await readFolder(folder, archive.files);
    if ("missing" in found) throw new DataError(`no ${found.missing} in ${folder}`);
    await keep(folder, onProgress, found.content, archive, found.compressed);
    return found.content;
  },

  async debian({ archive, folder, onProgress }) {
    if (archive.debian === undefined) throw new DataError("Debian has no package of it");
    const found = await readFolder(archive.debian.folder, archive.files);
    if ("missing" in found) throw new DataError(`no ${found.missing} in ${archive.debian.folder}`);
    await keep(folder, onProgress, found.content, archive);
    return found.content;
  },

  async download(way) {
    const reasons: string[] = [];
    for (const mirror of way.archive.mirrors) {
      try {
        return await downloadAll(way, mirror);
      } catch (error) {
        const reason = (error as { headline?: string }).headline ?? (error as Error).message;
        reasons.push(`${new URL(mirror).host}: ${reason.replace(/^download failed: /, "")}`);
      }
    }
    throw new DataError(reasons.join("; "));
  },

  async package({ archive, folder, onProgress }) {
    const { debian } = archive;
    if (debian === undefined) throw new DataError("Debian has no package of it");
    return withDebianPackage(
      debian.package,
      async (root) => {
        const found = await readFolder(join(root, debian.folder), archive.files);
        if ("missing" in found)
          throw new DataError(`the package ${debian.package} has no ${found.missing}`);
        await keep(folder, onProgress, found.content, archive);
        return found.content;
      },
      (message) => onProgress(`${archive.title}: ${message}`),
    );
  },

  async sample({ archive }) {
    return readSample(archive);
  },
};

/** Fetches what the cache does not have yet, so that an interrupted download goes on where it was. */
async function downloadAll(
  { archive, folder, onProgress }: Way,
  mirror: string,
): Promise<ArchiveContent> {
  const content: Partial<Record<keyof ArchiveContent, Uint8Array>> = {};
  for (const role of roles) {
    const file = archive.files[role];
    const kept = await readVerified(folder, file).catch(() => null);
    content[role] =
      kept?.content ??
      (await downloadFile(file, mirror, (message) => onProgress(`${archive.title}: ${message}`)));
    if (kept === null) await keepFile(folder, onProgress, file, content[role]);
  }
  return content as ArchiveContent;
}

async function downloadFile(
  file: ArchiveFile,
  mirror: string,
  onProgress: (message: string) => void,
): Promise<Uint8Array> {
  const url = `${mirror}${file.name}.gz`;
  let nextQuarter = 0;
  const packed = await download(url, {
    // Deflate adds at most a few bytes per block to what it cannot compress.
    maxBytes: file.bytes + Math.ceil(file.bytes / 1000) + 1024,
    onBytes(received, total) {
      if (total === undefined || total < 1e6 || received < (nextQuarter * total) / 4) return;
      nextQuarter = Math.floor((4 * received) / total) + 1;
      onProgress(
        `downloading ${file.name}.gz, ${(received / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`,
      );
    },
  });
  const content = await gunzipBounded(packed, file.bytes, url);
  verifyContent(file, content, url);
  return content;
}

/** Keeps content in the cache. A cache that cannot be written costs time, not the training run. */
async function keep(
  folder: string,
  onProgress: Way["onProgress"],
  content: ArchiveContent,
  archive: Archive,
  only?: readonly ArchiveFile[],
): Promise<void> {
  for (const role of roles) {
    const file = archive.files[role];
    if (only !== undefined && !only.includes(file)) continue;
    if (!(await keepFile(folder, onProgress, file, content[role]))) return;
  }
}

async function keepFile(
  folder: string,
  onProgress: Way["onProgress"],
  file: ArchiveFile,
  content: Uint8Array,
): Promise<boolean> {
  try {
    await storeInCache(folder, file, content);
    return true;
  } catch (error) {
    onProgress(
      `not kept for the next time: ${(error as Error).message.split("\n")[0]} (${folder})`,
    );
    return false;
  }
}

function splits(archive: Archive, content: ArchiveContent, origin: DataSource): DataSplits {
  const split = (part: string, images: Uint8Array, labels: Uint8Array): ImageDataset => {
    const { shape, data } = parseIdx(images, {
      expect: "images",
      name: `${archive.title} ${part} images`,
    });
    const [length, height, width] = shape as [number, number, number];
    const parsed = parseIdx(labels, { expect: "labels", name: `${archive.title} ${part} labels` });
    if (parsed.shape[0] !== length) {
      throw new DataError(
        `${archive.title}: ${length} ${part} images have ${parsed.shape[0]} labels`,
      );
    }
    return {
      name: `${archive.name}${origin === "sample" ? "-sample" : ""}/${part}`,
      images: data,
      labels: parsed.data,
      imageShape: [1, height, width],
      classes: archive.classes,
      length,
    };
  };
  return {
    train: split("train", content.trainImages, content.trainLabels),
    test: split("test", content.testImages, content.testLabels),
    origin,
  };
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

function byHand(archive: Archive, folder: string): string {
  const parts = [
    `put the files ${roles.map((role) => `${archive.files[role].name}.gz`).join(", ")} into ${folder}`,
  ];
  if (archive.debian !== undefined)
    parts.push(`or on Debian: apt-get install ${archive.debian.package}`);
  if (archive.sample !== undefined)
    parts.push("or try things out on the sample: { sampleIfMissing: true }");
  return parts.join("; ");
}
