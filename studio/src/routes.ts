// The pages, each loaded when it is first opened.
import type { ComponentType } from "preact";
import { type ChapterPath, chapters } from "./learn/chapters.ts";
import type { Text } from "./text.ts";

type Load = () => Promise<{ readonly default: ComponentType }>;

export interface Route {
  readonly path: string;
  readonly title: Text;
  readonly load: Load;
}

/** The main pages, in the order of the menu. */
export const mainPages: readonly Route[] = [
  {
    path: "learn",
    title: { en: "Learn", zh: "学习" },
    load: () => import("./learn/Contents.tsx"),
  },
  {
    path: "build",
    title: { en: "Build", zh: "搭建" },
    load: () => import("./build/Page.tsx"),
  },
  {
    path: "train",
    title: { en: "Train", zh: "训练" },
    load: () => import("./train/Page.tsx"),
  },
  {
    path: "probe",
    title: { en: "Probe", zh: "探查" },
    load: () => import("./probe/Page.tsx"),
  },
  {
    path: "runs",
    title: { en: "Runs", zh: "记录" },
    load: () => import("./runs/Page.tsx"),
  },
];

const chapterPages: Readonly<Record<ChapterPath, Load>> = {
  "learn/dense-to-convolution": () => import("./learn/denseToConvolution/Page.tsx"),
  "learn/cross-correlation": () => import("./learn/crossCorrelation/Page.tsx"),
  "learn/padding-stride": () => import("./learn/paddingStride/Page.tsx"),
  "learn/channels": () => import("./learn/channels/Page.tsx"),
  "learn/pooling": () => import("./learn/pooling/Page.tsx"),
  "learn/receptive-field": () => import("./learn/receptiveField/Page.tsx"),
  "learn/lenet": () => import("./learn/lenet/Page.tsx"),
  "learn/networks": () => import("./learn/networks/Page.tsx"),
  "learn/batch-norm": () => import("./learn/batchNorm/Page.tsx"),
  "learn/residual": () => import("./learn/residual/Page.tsx"),
};

export const routes: readonly Route[] = [
  ...mainPages,
  ...chapters.map(({ path, title }) => ({ path, title, load: chapterPages[path] })),
];
