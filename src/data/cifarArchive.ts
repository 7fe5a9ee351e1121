// Data sets in CIFAR's binary form: a packed archive of files of records, each one or two labels and the
// pixels of 32 x 32 in planes. The archive is verified by its checksum; its files are kept in the cache
// unpacked, with checksums of their own. Node only: loaded on demand.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../interop/files.ts";
import { checkOptions, DataError, FormatError } from "../tensor/errors.ts";
import type { ArchiveFile } from "./archive.ts";
import { readVerified, storeInCache, verifyContent } from "./cache.ts";
import { cacheFolder } from "./cacheFolder.ts";
import { checkDataset, type ImageDataset } from "./dataset.ts";
import { download } from "./download.ts";
import { gunzipBounded } from "./gzip.ts";
import type { DataSplits } from "./obtain.ts";
import { type DataOptions, dataOptionNames, firstOf } from "./sources.ts";
import { readTar } from "./tar.ts";

/** A file of records in the archive. */
interface RecordFile {
  readonly name: string;
  readonly images: number;
}

/** What a data set of this form is, and where it can be had. */
export interface CifarArchive {
  readonly title: string;
  readonly name: string;
  /** The packed archive, its size and its SHA-256. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Addresses below which the archive lies. */
  readonly mirrors: readonly string[];
  /** The folder inside the archive. */
  readonly folder: string;
  readonly train: readonly RecordFile[];
  readonly test: readonly RecordFile[];
  /** Names of the classes for each label that a record has. */
  readonly labels: readonly (readonly string[])[];
}

const imageShape = [3, 32, 32] as const;
const pixels = 3 * 32 * 32;
const checksums = "checksums.json";

type Content = ReadonlyMap<string, Uint8Array>;

/**
 * Loads a data set from the cache, from the packed archive that someone put there, or from the network.
 * @param label which label of a record: 0 the first
 * @throws DataError naming each way tried with its reason, and what to do by hand
 */
export async function obtainCifar(
  archive: CifarArchive,
  label: number,
  options: DataOptions = {},
): Promise<DataSplits> {
  checkOptions(archive.name, options, dataOptionNames);
  const folder = join(options.cacheDir ?? cacheFolder(), archive.name);
  const tell = options.onProgress ?? ((message: string) => console.error(message));
  const onProgress = (message: string): void => tell(`${archive.title}: ${message}`);
  const { content, origin } = await firstOf(archive.title, options, {
    ways: {
      cache: () => fromCache(archive, folder, onProgress),
      download: () => fromNetwork(archive, folder, onProgress),
    },
    byHand: `put ${archive.file} from ${archive.mirrors[0]} into ${folder}`,
  });
  return {
    train: datasetOf(archive, "train", label, content),
    test: datasetOf(archive, "test", label, content),
    origin,
  };
}

/** All files of records, with the sizes that they must have. */
function recordFiles({ train, test, labels }: CifarArchive): (RecordFile & { bytes: number })[] {
  return [...train, ...test].map((file) => ({
    ...file,
    bytes: file.images * (labels.length + pixels),
  }));
}

async function fromCache(
  archive: CifarArchive,
  folder: string,
  onProgress: (message: string) => void,
): Promise<Content> {
  const unpacked = await readUnpacked(archive, folder);
  if (unpacked !== null) return unpacked;
  const { file, bytes, sha256 } = archive;
  const packed = await readFile(join(folder, file)).catch(() => null);
  if (packed === null) throw new DataError(`no ${file} in ${folder}`);
  verifyContent({ name: file, bytes, sha256 }, packed, join(folder, file));
  return unpack(archive, packed, folder, onProgress);
}

/** The unpacked files by the checksums that were noted when they were written; null if any is not as it was. */
async function readUnpacked(archive: CifarArchive, folder: string): Promise<Content | null> {
  try {
    const noted: unknown = JSON.parse(await readFile(join(folder, checksums), "utf8"));
    const content = new Map<string, Uint8Array>();
    for (const { name, bytes } of recordFiles(archive)) {
      const sha256 = (noted as Record<string, unknown>)[name];
      if (typeof sha256 !== "string") return null;
      const file: ArchiveFile = { name, bytes, sha256 };
      const found = await readVerified(folder, file);
      if (found === null) return null;
      content.set(name, found.content);
    }
    return content;
  } catch {
    // Damaged or not there: the archive is unpacked again.
    return null;
  }
}

async function fromNetwork(
  archive: CifarArchive,
  folder: string,
  onProgress: (message: string) => void,
): Promise<Content> {
  const { file, bytes, sha256, mirrors } = archive;
  const reasons: string[] = [];
  for (const mirror of mirrors) {
    const url = `${mirror}${file}`;
    try {
      let nextTenth = 0;
      const packed = await download(url, {
        maxBytes: bytes,
        onBytes(received) {
          if (bytes < 1e6 || received < (nextTenth * bytes) / 10) return;
          nextTenth = Math.floor((10 * received) / bytes) + 1;
          const [done, whole] = [received, bytes].map((n) => (n / 1e6).toFixed(0));
          onProgress(`downloading ${file}, ${done} of ${whole} MB`);
        },
      });
      verifyContent({ name: file, bytes, sha256 }, packed, url);
      return await unpack(archive, packed, folder, onProgress);
    } catch (error) {
      const reason = (error as { headline?: string }).headline ?? (error as Error).message;
      reasons.push(`${new URL(url).host}: ${reason.replace(/^download failed: /, "")}`);
    }
  }
  throw new DataError(reasons.join("; "));
}

/** The files of records in a verified archive, kept for the next time. */
async function unpack(
  archive: CifarArchive,
  packed: Uint8Array,
  folder: string,
  onProgress: (message: string) => void,
): Promise<Content> {
  const wanted = recordFiles(archive);
  // The records, and room for the few small texts beside them.
  const most = wanted.reduce((sum, { bytes }) => sum + bytes, 0) + 2 ** 20;
  const files = readTar(await gunzipBounded(packed, most, archive.file), archive.file);
  const content = new Map<string, Uint8Array>();
  for (const { name, bytes } of wanted) {
    const found = files.get(`${archive.folder}/${name}`);
    if (found?.length !== bytes) {
      throw new FormatError(`${archive.file}: ${name} is not as it should be`, {
        facts: [
          { name: "expected", value: `${bytes} bytes` },
          { name: "found", value: found === undefined ? "no such file" : `${found.length} bytes` },
        ],
      });
    }
    content.set(name, found);
  }
  await keep(content, folder, onProgress);
  return content;
}

async function keep(
  content: Content,
  folder: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const noted: Record<string, string> = {};
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of content) {
      noted[name] = createHash("sha256").update(bytes).digest("hex");
      await storeInCache(folder, { name, bytes: bytes.length, sha256: noted[name] }, bytes);
    }
    await atomicWrite(join(folder, checksums), `${JSON.stringify(noted, null, 2)}\n`);
  } catch (error) {
    // A cache that cannot be written costs time, not the training run.
    const reason = (error as Error).message.split("\n")[0];
    onProgress(`not kept for the next time: ${reason} (${folder})`);
  }
}

function datasetOf(
  archive: CifarArchive,
  part: "train" | "test",
  label: number,
  content: Content,
): ImageDataset {
  const length = archive[part].reduce((sum, { images }) => sum + images, 0);
  const images = new Uint8Array(length * pixels);
  const labels = new Uint8Array(length);
  const labelBytes = archive.labels.length;
  let index = 0;
  for (const file of archive[part]) {
    const records = content.get(file.name) as Uint8Array;
    for (let at = 0; at < records.length; at += labelBytes + pixels, index++) {
      labels[index] = records[at + label] as number;
      images.set(records.subarray(at + labelBytes, at + labelBytes + pixels), index * pixels);
    }
  }
  const name = `${archive.name}/${part}`;
  const classes = archive.labels[label] as readonly string[];
  const dataset: ImageDataset = { name, images, labels, imageShape, classes, length };
  checkDataset(dataset);
  return dataset;
}
