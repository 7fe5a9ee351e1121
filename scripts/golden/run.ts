// Every case of a folder of golden numbers on the backend in use. Runs in Node and in a browser's page.
import { check, isKnown } from "./check.ts";
import type { GoldenFolder } from "./support.ts";

export interface GoldenResult {
  readonly passed: number;
  readonly failed: number;
  /** What failed, and how. */
  readonly faults: readonly string[];
}

/** Computes all cases; one whose op is not known counts as failed. */
export async function runGolden(golden: GoldenFolder): Promise<GoldenResult> {
  const faults: string[] = [];
  for (const item of golden.cases) {
    const found = isKnown(item)
      ? await check(item, golden).catch((error: unknown) => [String(error)])
      : [`no such op: ${item.op}`];
    if (found.length > 0) faults.push(`${item.name}\n  ${found.join("\n  ")}`);
  }
  return { passed: golden.cases.length - faults.length, failed: faults.length, faults };
}
