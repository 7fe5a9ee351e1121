// Headless Chromium with one page.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const usualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A page that nobody sees must not be slowed down.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/** Where Chromium is: `$CHROMIUM`, or one of the usual places; undefined if it is not installed. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? usualPlaces.find((path) => existsSync(path));
}

/** A page in a Chromium of its own. */
export class ChromiumPage {
  readonly #profile = mkdtempSync(join(tmpdir(), "fovea-chromium-"));
  readonly #process: ChildProcess;

  /** @param onEnd called if Chromium cannot start, or ends by itself */
  constructor(program: string, url: string, onEnd: (reason: string) => void) {
    this.#process = spawn(program, [...flags, `--user-data-dir=${this.#profile}`, url], {
      stdio: "ignore",
    });
    this.#process.on("error", (error) => onEnd(error.message));
    this.#process.on("exit", () => onEnd("Chromium ended"));
  }

  stop(): void {
    this.#process.removeAllListeners("exit");
    this.#process.kill("SIGKILL");
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
