// What tests of the studio share. Where there is no browser they are skipped by name, and say so.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import {
  buildStudio,
  hasBrowser,
  Studio,
  type StudioOptions,
} from "../../scripts/browser/studio.ts";
import { sharedFolder } from "../shared.ts";

if (!hasBrowser)
  console.error(
    "NO BROWSER: the tests of the studio are skipped. Install chromium, or set CHROMIUM.",
  );

/** The studio of a group of tests: it runs inside of them, and in their hooks. */
export type TestedStudio = Pick<Studio, "folder" | "address" | "open" | "loseGpu" | "faults">;

/**
 * A group of tests in a real browser. Pages are closed after the test that opened them; none may have written a warning or
 * an error to the console.
 */
export function describeStudio(
  name: string,
  body: (studio: TestedStudio) => void,
  options?: StudioOptions,
): void {
  describe.skipIf(!hasBrowser)(`studio: ${name}`, () => {
    let studio: Studio | undefined;
    const pages: Page[] = [];
    beforeAll(async () => {
      const folder = await sharedFolder("studio", buildStudio);
      studio = await Studio.start({ ...options, folder });
    }, 120_000);
    afterEach(async () => {
      for (const page of pages.splice(0)) await page.context().close();
      expect(studio?.faults()).toEqual([]);
    });
    afterAll(() => studio?.stop());
    const running = (): Studio => {
      if (studio === undefined) throw new Error("the studio runs inside of tests alone");
      return studio;
    };
    body({
      get folder() {
        return running().folder;
      },
      get address() {
        return running().address;
      },
      async open(...where) {
        const page = await running().open(...where);
        pages.push(page);
        return page;
      },
      loseGpu: () => running().loseGpu(),
      faults: () => running().faults(),
    });
  });
}

/** Waits for an answer of the page; machines may be busy. */
export const poll = <T>(read: () => T | Promise<T>, timeout = 20_000) =>
  expect.poll(read, { timeout });

/** What stands below a figure, known by its title or a part of it. */
export function captionOf(page: Page, title: string): Promise<string> {
  return page.getByRole("figure", { name: title }).locator("figcaption").innerText();
}

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
