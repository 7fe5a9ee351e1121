// Golden numbers in headless Chromium.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askPage } from "../browser/askPage.ts";
import type { GoldenResult } from "./run.ts";

export interface GoldenBrowserOptions {
  readonly threads?: number;
  readonly relaxedSimd: boolean;
}

/** Computes every case of a folder in a page, on wasm. */
export async function goldenInBrowser(
  folder: string,
  { threads = 1, relaxedSimd }: GoldenBrowserOptions,
): Promise<GoldenResult> {
  const [json, tensors] = await Promise.all([
    readFile(join(folder, "cases.json")),
    readFile(join(folder, "cases.safetensors")),
  ]);
  const query = `threads=${threads}&relaxed=${relaxedSimd ? "on" : "off"}`;
  return askPage<GoldenResult>(`/scripts/golden/page.ts?${query}`, {
    timeoutMs: 300_000,
    files: {
      "/golden/cases.json": async () => json,
      "/golden/cases.safetensors": async () => tensors,
    },
  });
}
