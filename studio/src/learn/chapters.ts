// The chapters of Learn, in reading order: their words. What they show is loaded by routes.ts.
import type { Text } from "../text.ts";

export interface Chapter {
  readonly path: `learn/${string}`;
  readonly title: Text;
  readonly summary: Text;
}

const list = [
  {
    path: "learn/cross-correlation",
    title: { en: "Cross-correlation", zh: "互相关运算" },
    summary: {
      en: "A window slides over a picture; each position gives one number.",
      zh: "窗口在图像上滑动，每个位置得到一个数。",
    },
  },
] as const satisfies readonly Chapter[];

export type ChapterPath = (typeof list)[number]["path"];
export const chapters: readonly (Chapter & { readonly path: ChapterPath })[] = list;
