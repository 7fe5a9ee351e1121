// Data sets that lie on the machine of `fovea studio`, which serves their bytes. A static site has none.
import type { data } from "../../../../src/index.ts";
import { same } from "../../problem.ts";
import { unfetched } from "../fetched.ts";
import type { InputShape } from "../run/types.ts";
import { StudioError } from "../studioError.ts";
import { datasetOf } from "./datasetOf.ts";
import type { DatasetInfo } from "./types.ts";

interface Listed {
  readonly name: string;
  readonly classes: readonly string[];
  readonly imageShape: InputShape;
  readonly train: number;
  readonly test: number;
}

const titles: Readonly<Record<string, string>> = {
  "fashion-mnist": "Fashion-MNIST",
  mnist: "MNIST",
};

let listed: Promise<readonly Listed[]> | null = null;

function list(): Promise<readonly Listed[]> {
  listed ??= fetchList().catch(() => {
    // No server, or one that has nothing: the sample is there. The next one who asks tries again.
    listed = null;
    return [];
  });
  return listed;
}

/** The worker's script lies in a folder of the site; data lie beside that. */
function addressOf(path: string): URL {
  // In two steps: from one the bundler would take the sources of this folder for files of the site.
  const script = import.meta.url;
  return new URL(`../data/${path}`, script);
}

async function fetchList(): Promise<readonly Listed[]> {
  const response = await fetch(addressOf("index.json"));
  return response.ok ? ((await response.json()) as Listed[]) : [];
}

export async function servedDatasets(): Promise<DatasetInfo[]> {
  return (await list()).map(({ name, ...rest }) => ({
    id: name,
    title: titles[name] ?? name,
    ...rest,
  }));
}

export async function servedPictures(
  id: string,
): Promise<{ readonly train: data.ImageDataset; readonly test: data.ImageDataset }> {
  const found = (await list()).find(({ name }) => name === id);
  if (found === undefined) {
    throw new StudioError(
      { en: `the data set ${id} is not here`, zh: `这里没有数据集 ${id}` },
      {
        hint: {
          en: 'fovea studio serves those that "fovea data NAME" fetched; the sample is always there',
          zh: "fovea studio 提供用 “fovea data 名称” 下载的数据集；样本始终可用",
        },
      },
    );
  }
  const [train, test] = await Promise.all([part(found, "train"), part(found, "test")]);
  return { train, test };
}

async function part(
  { name, classes, imageShape }: Listed,
  which: "train" | "test",
): Promise<data.ImageDataset> {
  const [images, labels] = await Promise.all([
    bytesAt(`${name}/${which}-images`),
    bytesAt(`${name}/${which}-labels`),
  ]);
  return datasetOf(`${name}, ${which}`, classes, imageShape, images, labels);
}

async function bytesAt(path: string): Promise<Uint8Array> {
  const response = await fetch(addressOf(path)).catch((error: Error) => {
    throw unfetched(same(path), error.message);
  });
  if (!response.ok) throw unfetched(same(path), String(response.status));
  return new Uint8Array(await response.arrayBuffer());
}
