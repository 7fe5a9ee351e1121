// Gets a data set from wherever it can be had: the cache, a Debian package that is installed, the
// network, a Debian package fetched for the purpose, at last the excerpt that ships with Fovea. Node only: loaded
// on demand.
import { join } from "node:path";
import { checkOptions, DataError } from "../tensor/errors.ts";
import { type Archive, type ArchiveContent, type ArchiveFile, roles } from "./archive.ts";
import { readFolder, readVerified, storeInCache, verifyContent } from "./cache.ts";
import { cacheFolder } from "./cacheFolder.ts";
import type { ImageDataset } from "./dataset.ts";
import { withDebianPackage } from "./debian.ts";
import { download } from "./download.ts";
import { gunzipBounded } from "./gzip.ts";
import { parseIdx } from "./idx.ts";
import { readSample } from "./sample.ts";
import {
  type DataOptions,
  type DataSource,
  dataOptionNames,
  dataSources,
  firstOf,
} from "./sources.ts";

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
  checkOptions(archive.name, options, dataOptionNames);
  const folder = join(options.cacheDir ?? cacheFolder(), archive.name);
  const way: Way = {
    archive,
    folder,
    onProgress: options.onProgress ?? ((message) => console.error(message)),
  };
  const { content, origin } = await firstOf<ArchiveContent>(archive.title, options, {
    ways: Object.fromEntries(dataSources.map((source) => [source, () => ways[source](way)])),
    byHand: byHand(archive, folder),
  });
  return splits(archive, content, origin);
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
