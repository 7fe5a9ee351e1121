// axe, which finds what keeps people with screen readers, keyboards or little sight from using a page.
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical faults of the page as it is shown, one line each. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // The page's policy allows no scripts but its own: this one comes in through the debugger.
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(axe, "utf8"));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary = "" }) => {
        const why = failureSummary.split("\n").slice(1, 3).join(" ").trim();
        return `${id}: ${html.slice(0, 160)} (${why})`;
      }),
    );
}
