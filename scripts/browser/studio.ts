// The studio in a real browser, for tests, pictures and measurements: built into a temporary folder, served as the command
// serves it, and opened in Chromium. It notes whatever a page writes to the console that is a warning or worse.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { localData } from "../../cli/studio/localData.ts";
import { startStudioServer } from "../../cli/studio/server.ts";
import { chromiumFlags, findChromium } from "./chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const executablePath = findChromium() ?? "";

/** Is there a browser? */
export const hasBrowser = executablePath !== "";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export interface StudioOptions {
  /** Send the headers without which there are no threads (default true). */
  readonly isolated?: boolean;
  /** May pages use WebGPU? (default false) */
  readonly gpu?: boolean;
  /** Where the site was built before; unless given, it is built into a folder that goes with the studio. */
  readonly folder?: string;
}

/** Builds the site into a folder. */
export function buildStudio(folder: string): void {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const words = [vite, "build", "studio", "--outDir", folder, "--logLevel", "error"];
  execFileSync(process.execPath, words, { cwd: root, stdio: "pipe" });
}

/** The studio, served and with a browser beside it. */
export class Studio {
  readonly #folder: string;
  readonly #isOwnFolder: boolean;
  readonly #server: Server;
  readonly #browser: Browser;
  readonly #faults: string[] = [];

  private constructor(folder: string, isOwnFolder: boolean, server: Server, browser: Browser) {
    this.#folder = folder;
    this.#isOwnFolder = isOwnFolder;
    this.#server = server;
    this.#browser = browser;
  }

  /** Builds, serves and starts the browser: some seconds. */
  static async start({
    isolated = true,
    gpu = false,
    folder: given,
  }: StudioOptions = {}): Promise<Studio> {
    const folder = given ?? mkdtempSync(join(tmpdir(), "fovea-studio-"));
    if (given === undefined) buildStudio(folder);
    const server = await serve(folder, isolated);
    const browser = await chromium.launch({
      executablePath,
      args: chromiumFlags(gpu ? "on" : "off"),
    });
    return new Studio(folder, given === undefined, server, browser);
  }

  /** The folder of the built site. */
  get folder(): string {
    return this.#folder;
  }

  /** Where it is served. */
  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Opens a page: `learn/pooling?kind=avg`; of this server unless another address is given. */
  async open(
    path: string,
    {
      address = this.address,
      ...options
    }: BrowserContextOptions & { readonly address?: string } = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({ locale: "en-US", ...options });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        this.#faults.push(`${path}: console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", ({ message }) => this.#faults.push(`${path}: ${message}`));
    await page.goto(`${address}#/${path}`);
    return page;
  }

  /** The operating system's number of the process in which a page and its workers run. */
  async rendererOf(page: Page): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    // Pages of other origins would have others; the busiest renderer is the one that trains.
    const [busiest] = processInfo
      .filter(({ type }) => type === "renderer")
      .sort((a, b) => b.cpuTime - a.cpuTime);
    if (busiest === undefined) throw new Error(`no process for ${page.url()}`);
    return busiest.id;
  }

  /** Takes the GPU away from all pages, as a driver that fails does. */
  async loseGpu(): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess");
  }

  /** What went wrong in any page since the last call; call it at the end of each test. */
  faults(): string[] {
    return this.#faults.splice(0);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    if (this.#isOwnFolder) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** As `fovea studio` serves it, policy and all; or as any web server would, without headers. */
async function serve(folder: string, isolated: boolean): Promise<Server> {
  if (isolated) {
    // No data sets, whatever this machine has.
    const data = localData({ cacheDir: join(folder, "no-cache"), sources: ["cache"] });
    return startStudioServer({ folder, data, port: 0 });
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://studio");
    const path = normalize(pathname === "/" ? "/index.html" : decodeURIComponent(pathname));
    readFile(join(folder, path)).then(
      (bytes) => {
        const type = types[extname(path)] ?? "application/octet-stream";
        response.writeHead(200, { "content-type": type }).end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}
