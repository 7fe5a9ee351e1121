// Headless Chromium with one page.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const usualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const flags = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A page that nobody sees must not be slowed down.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/**
 * Without a GPU, or with WebGPU, on the processor where there is no GPU: an adapter that takes seconds to compile memory of workgroups
 * that is filled with zeros before a kernel writes to it.
 */
const gpuFlags = {
  off: ["--disable-gpu"],
  on: ["--enable-unsafe-webgpu", "--enable-dawn-features=disable_workgroup_init"],
} as const;

/** What Chromium is started with, headless or not. */
export function chromiumFlags(gpu: keyof typeof gpuFlags = "off"): string[] {
  return [...flags, ...gpuFlags[gpu]];
}

/** Where Chromium is: `$CHROMIUM`, or one of the usual places; undefined if it is not installed. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? usualPlaces.find((path) => existsSync(path));
}

/** A page in a Chromium of its own, which ends with this process at the latest. */
export class ChromiumPage {
  readonly #profile = mkdtempSync(join(tmpdir(), "fovea-chromium-"));
  readonly #process: ChildProcess;
  readonly #end = (): void => {
    this.#process.kill("SIGKILL");
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  };

  /** @param onEnd called if Chromium cannot start, or ends by itself */
  constructor(
    program: string,
    url: string,
    onEnd: (reason: string) => void,
    gpu: keyof typeof gpuFlags = "off",
  ) {
    const args = ["--headless", ...chromiumFlags(gpu), `--user-data-dir=${this.#profile}`, url];
    this.#process = spawn(program, args, {
      stdio: "ignore",
      // Its sockets lie there too, and go with it.
      env: { ...process.env, TMPDIR: this.#profile },
    });
    this.#process.on("error", (error) => onEnd(error.message));
    this.#process.on("exit", () => onEnd("Chromium ended"));
    process.on("exit", this.#end);
  }

  /** Ends Chromium, and waits until it has: before that it writes to its profile. */
  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    this.#process.removeAllListeners("exit");
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await ended;
    }
    process.off("exit", this.#end);
    this.#end();
  }
}
