// npm run bench:studio [-- MINUTES]: how smooth the studio stays while it trains with every panel open, and how its memory goes.
import "../scripts/quietPipe.ts";
import { readFileSync } from "node:fs";
import { readSmoothness, watchSmoothness } from "../scripts/browser/smoothness.ts";
import { hasBrowser, Studio } from "../scripts/browser/studio.ts";

const minutes = Number(process.argv[2] ?? 1);

if (!hasBrowser || !(minutes > 0)) {
  process.stderr.write(
    hasBrowser ? "bench: give a number of minutes\n" : "bench: there is no Chromium here\n",
  );
  process.exit(2);
}

/** Resident memory of the browser's process with the page and its workers, in MiB. */
function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

const studio = await Studio.start();
const page = await studio.open("train?epochs=10000&batch=64", {
  viewport: { width: 1280, height: 900 },
});
await page.getByRole("button", { name: "Train", exact: true }).click();
await page.locator(".confusion").waitFor({ timeout: 60_000 });
const pid = await studio.rendererOf(page);
// The first minute's compiling and the first paint of every panel are over.
await page.waitForTimeout(5_000);
const write = (text: string): void => void process.stdout.write(`${text}\n`);
write("minute  longest task ms  longest delay ms  frames/s  worst second  heap MiB  process MiB");
for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
  await watchSmoothness(page);
  await page.waitForTimeout(Math.min(1, minutes - minute + 1) * 60_000);
  const seen = await readSmoothness(page);
  const figures = [
    minute,
    seen.longestTaskMs.toFixed(0),
    seen.longestDelayMs.toFixed(0),
    seen.framesPerSecond.toFixed(1),
    seen.worstSecond,
    (seen.heapBytes / 2 ** 20).toFixed(1),
    residentMiB(pid).toFixed(0),
  ];
  write(figures.map((figure) => String(figure).padStart(8)).join("  "));
}
write((await page.locator(".facts").innerText()).replaceAll("\n", " "));
await studio.stop();
