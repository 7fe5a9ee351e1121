// npm run studio:pictures: takes the pictures of the studio's pages that the README and the docs show.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { hasBrowser, Studio } from "./browser/studio.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));

interface Shot {
  readonly file: string;
  readonly path: string;
  readonly isDark?: boolean;
  readonly height: number;
  /** What is done before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

async function train(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".facts dd", { hasText: "finished" }).waitFor({ timeout: 120_000 });
  await page.waitForTimeout(1500);
}

const shots: readonly Shot[] = [
  { file: "studio-cross-correlation", path: "learn/cross-correlation", height: 900 },
  { file: "studio-networks", path: "learn/networks?net=resnet18", height: 900 },
  { file: "studio-build", path: "build?net=lenet-today", height: 1000 },
  { file: "studio-train", path: "train?epochs=20", height: 1500, prepare: train },
  {
    file: "studio-probe",
    path: "train?epochs=20",
    height: 1300,
    isDark: true,
    prepare: async (page) => {
      await train(page);
      await page.getByRole("link", { name: "Probe", exact: true }).first().click();
      await page.waitForTimeout(4000);
    },
  },
  {
    file: "studio-runs",
    path: "train?epochs=8",
    height: 900,
    prepare: async (page) => {
      await train(page);
      await page.getByLabel("Optimizer").selectOption("adam");
      await page.getByRole("button", { name: "Train anew" }).click();
      await page.locator(".facts dd", { hasText: "finished" }).waitFor({ timeout: 120_000 });
      await page.getByRole("link", { name: "Runs", exact: true }).click();
      for (const box of await page.getByRole("checkbox").all()) await box.check();
      await page.waitForTimeout(1500);
    },
  },
];

if (!hasBrowser) {
  process.stderr.write("studio:pictures: there is no Chromium here; install it, or set CHROMIUM\n");
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const studio = await Studio.start();
for (const { file, path, isDark = false, height, prepare } of shots) {
  const page = await studio.open(path, {
    colorScheme: isDark ? "dark" : "light",
    viewport: { width: 1100, height },
  });
  await page.locator("main h1").waitFor();
  await page.waitForTimeout(2000);
  await prepare?.(page);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${folder}${file}.png` });
  process.stdout.write(`docs/images/${file}.png\n`);
  await page.context().close();
}
for (const fault of studio.faults()) process.stderr.write(`${fault}\n`);
await studio.stop();
