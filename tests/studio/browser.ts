// What tests of the studio share. Where there is no browser they are skipped by name, and say so.
import type { Page } from "playwright-core";
import {
  buildStudio,
  hasBrowser,
  Studio as OwnStudio,
  type StudioOptions,
} from "../../scripts/browser/studio.ts";
import { sharedFolder } from "../shared.ts";

export { hasBrowser, type StudioOptions };
export type Studio = OwnStudio;

/** The studio, of a site that all test files share. */
export const Studio = {
  start: async (options: StudioOptions = {}): Promise<Studio> =>
    OwnStudio.start({ ...options, folder: await sharedFolder("studio", buildStudio) }),
};

if (!hasBrowser)
  console.error(
    "NO BROWSER: the tests of the studio are skipped. Install chromium, or set CHROMIUM.",
  );

/** The numbers that a matrix on a page shows, row by row. */
export async function matrixOf(page: Page, label: string): Promise<number[][]> {
  const table = page.getByRole("table", { name: label, exact: true });
  await table.waitFor();
  return table.evaluate((element) =>
    [...(element as HTMLTableElement).rows].map((row) =>
      [...row.cells].map((cell) =>
        Number(cell.querySelector("input")?.value ?? cell.textContent?.replace("−", "-")),
      ),
    ),
  );
}
