// Data sets that lie on this machine, for the studio: `index.json` lists them; `NAME/train-images` and the like are their bytes.
import { data } from "../../src/index.ts";
import type { SiteFile } from "./siteFile.ts";

/** Small images that networks of a page can learn from. */
const names = ["fashion-mnist", "mnist"] as const;
type Name = (typeof names)[number];

/** A data set as the page learns of it. */
export interface LocalDataset {
  readonly name: string;
  readonly classes: readonly string[];
  /** [channels, height, width]. */
  readonly imageShape: readonly number[];
  readonly train: number;
  readonly test: number;
}

export interface LocalData {
  /** A file under `data/`; null if there is none. */
  file(path: string): Promise<SiteFile | null>;
}

const load: Readonly<Record<Name, (options: data.DataOptions) => Promise<data.DataSplits>>> = {
  "fashion-mnist": data.fashionMnist,
  mnist: data.mnist,
};

/** Nothing is fetched from the network; a data set that is not there is not listed. */
export function localData(options: data.DataOptions = {}): LocalData {
  const loaded = new Map<Name, Promise<data.DataSplits | null>>();
  const splitsOf = (name: Name): Promise<data.DataSplits | null> => {
    const known =
      loaded.get(name) ??
      load[name]({ ...options, offline: true, onProgress: () => {} }).catch(() => null);
    loaded.set(name, known);
    return known;
  };
  return {
    async file(path) {
      if (path === "index.json") {
        const found = await Promise.all(
          names.map(async (name) => describe(name, await splitsOf(name))),
        );
        return plain("application/json", JSON.stringify(found.filter((each) => each !== null)));
      }
      const [name = "", part = "", ...rest] = path.split("/");
      if (rest.length > 0 || !names.includes(name as Name)) return null;
      const splits = await splitsOf(name as Name);
      if (splits === null) return null;
      const { train, test } = splits;
      const parts: Readonly<Record<string, Uint8Array>> = {
        "train-images": train.images,
        "train-labels": Uint8Array.from(train.labels),
        "test-images": test.images,
        "test-labels": Uint8Array.from(test.labels),
      };
      const bytes = parts[part];
      return bytes === undefined ? null : plain("application/octet-stream", bytes);
    },
  };
}

function describe(name: string, splits: data.DataSplits | null): LocalDataset | null {
  if (splits === null) return null;
  const { classes, imageShape, length } = splits.train;
  return { name, classes, imageShape, train: length, test: splits.test.length };
}

function plain(type: string, content: string | Uint8Array): SiteFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { type, bytes, isFixed: false };
}
