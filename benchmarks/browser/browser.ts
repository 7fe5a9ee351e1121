// Contenders in headless Chromium: one page each, which asks this process for commands.
import { writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { ChromiumPage, findChromium } from "../../scripts/browser/chromium.ts";
import { startServer } from "../../scripts/browser/server.ts";
import { type Channel, checked } from "../channel.ts";
import type { Answer, Command } from "../contender.ts";
import type { Runner } from "../measure.ts";
import { greet } from "../session.ts";
import type { System } from "../systems.ts";

/** A page that does not come up within this time never will. */
const startMs = 60_000;

export interface Browser {
  open(system: System, threads: number, folder: string): Promise<Runner | string>;
  /** Ends all pages, and waits until they have ended. */
  stop(): Promise<void>;
}

/** Finds Chromium; pages are opened one by one. */
export async function openBrowser(): Promise<Browser> {
  const program = findChromium();
  if (program === undefined)
    throw new Error(
      "there is no Chromium\n  hint   apt install chromium, or set CHROMIUM to its path",
    );
  const pages: Page[] = [];
  return {
    async open(system, threads, folder) {
      const start = system.start(threads);
      if ("missing" in start) return start.missing;
      const page = new Page(program, system.name, threads, folder);
      pages.push(page);
      return greet(page, system);
    },
    async stop() {
      for (const page of pages) page.stop();
      await Promise.all(pages.map(({ ended }) => ended));
    },
  };
}

/** The line to one page. */
class Page implements Channel {
  readonly #name: string;
  readonly #threads: number;
  readonly #folder: string;
  #server: Server | null = null;
  #page: ChromiumPage | null = null;
  /** Its Chromium, once that is to end. */
  ended: Promise<void> | undefined;
  readonly #started: Promise<void>;
  /** Set while the page waits for a command, and while this side waits for an answer. */
  #give: ((command: string) => void) | null = null;
  #take: ((answer: Answer) => void) | null = null;
  #waiting: Command | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(program: string, name: string, threads: number, folder: string) {
    this.#name = name;
    this.#threads = threads;
    this.#folder = folder;
    this.#started = this.#start(program);
  }

  async #start(program: string): Promise<void> {
    const handler = (path: string, body: Buffer): Promise<string> | undefined => {
      if (path === "/command") return this.#next();
      if (path === "/answer") return this.#answered(JSON.parse(body.toString()) as Answer);
      if (path === "/output") return this.#store(body);
      return undefined;
    };
    const { server, address } = await startServer(this.#folder, handler);
    this.#server = server;
    const query = `contender=${this.#name}&threads=${this.#threads}`;
    const url = `${address}/benchmarks/browser/page.html?${query}`;
    this.#page = new ChromiumPage(program, url, (error) => this.#take?.({ error }));
  }

  /** The next command, once there is one. */
  #next(): Promise<string> {
    clearTimeout(this.#timer);
    return new Promise((give) => {
      this.#give = give;
      this.#handOver();
    });
  }

  #handOver(): void {
    if (this.#give === null || this.#waiting === null) return;
    this.#give(JSON.stringify(this.#waiting));
    this.#give = null;
    this.#waiting = null;
  }

  async #answered(answer: Answer): Promise<string> {
    this.#take?.(answer);
    return "{}";
  }

  async #store(body: Buffer): Promise<string> {
    await writeFile(join(this.#folder, `${this.#name}.bin`), body);
    return "{}";
  }

  async ask(command: Command): Promise<Answer> {
    await this.#started;
    const answer = new Promise<Answer>((take) => {
      this.#take = take;
    });
    this.#waiting = command;
    if (command.do === "hello") {
      const late = { error: `the page did not start within ${startMs / 1000} s` };
      this.#timer = setTimeout(() => this.#take?.(late), startMs);
    }
    this.#handOver();
    return checked(await answer);
  }

  stop(): void {
    this.#take = null;
    clearTimeout(this.#timer);
    this.ended ??= this.#page?.stop();
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
