// What `fovea train --studio` tells whoever watches: the training's past and present, over `watch/events`. The training never
// waits for them: who reads too slowly misses steps, and catches up when there is room.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { train } from "../../src/index.ts";
import { EventHistory } from "./eventHistory.ts";
import { checkpointFile, sendStream } from "./streamedFile.ts";
import type { OverEvent, WatchEvent, WatchedRun, WatchIndex } from "./watchTypes.ts";

/** Pages that may watch at once; a browser has few connections to a server anyway. */
const mostWatchers = 16;

/** Proxies and browsers drop a connection on which nothing happens. */
const heartbeatMs = 15_000;

/** A page that is loaded anew is away for a moment; one that has just asked is about to watch. */
const graceMs = 3000;

/** How often it is looked whether anybody watches still. */
const lookMs = 100;

/** How long a slow reader may take for the last event. */
const lastWordMs = 500;

interface Watcher {
  readonly response: ServerResponse;
  /** Number of the last event that it was given. */
  sent: number;
  /** Its connection has taken no more since then. */
  isFull: boolean;
}

/** Files of the training that may be asked for, best first. */
export type CheckpointPaths = readonly string[];

export class TrainingWatch {
  readonly #history = new EventHistory();
  readonly #watchers = new Set<Watcher>();
  readonly #heartbeat: NodeJS.Timeout;
  #run: WatchedRun | null = null;
  #epochs: train.EpochRecord[] = [];
  #over: OverEvent | null = null;
  #checkpoints: CheckpointPaths = [];
  /** When a page last asked, or left. */
  #seenMs = Number.NEGATIVE_INFINITY;

  constructor() {
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    // Training keeps the process alive, watching does not.
    this.#heartbeat.unref();
  }

  /** The training begins, or goes on after these epochs. */
  begin(run: WatchedRun, epochs: readonly train.EpochRecord[], checkpoints: CheckpointPaths): void {
    this.#run = run;
    this.#checkpoints = checkpoints;
    this.#tell(run);
    for (const epoch of epochs) this.event({ type: "epoch", ...epoch });
  }

  /** Something happened in it. */
  event(event: Exclude<WatchEvent, WatchedRun | OverEvent>): void {
    if (event.type === "epoch") {
      const { type: _, ...record } = event;
      this.#epochs.push(record);
    }
    this.#tell(event);
  }

  over(outcome: OverEvent["outcome"], message: string | null = null): void {
    if (this.#over !== null) return;
    this.#over = { type: "over", outcome, message };
    this.#tell(this.#over);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Does a page watch, or will one in a moment? */
  get isWatched(): boolean {
    return this.#watchers.size > 0 || performance.now() - this.#seenMs < graceMs;
  }

  /** Answers what lies under `watch/`. Is there no such thing, the answer is false. */
  async answer(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const own = { ...headers, "Cache-Control": "no-store" };
    switch (path) {
      case "index.json": {
        this.#seenMs = performance.now();
        const index = { run: this.#run, epochs: this.#epochs, over: this.#over };
        response.writeHead(200, { ...own, "Content-Type": "application/json" });
        response.end(JSON.stringify(index satisfies WatchIndex));
        return true;
      }
      case "events":
        this.#join(request, response, { ...own, "Content-Type": "text/event-stream" });
        return true;
      case "checkpoint": {
        const file = await checkpointFile(this.#checkpoints);
        if (file === null) return false;
        await sendStream(request, response, file, own);
        return true;
      }
      default:
        return false;
    }
  }

  /** Waits until nobody watches any more: the pages are closed, or were never there. */
  async left(signal: AbortSignal): Promise<void> {
    while (this.isWatched && !signal.aborted) await new Promise((done) => setTimeout(done, lookMs));
  }

  /** Ends all streams, once those who still read have had the last event. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const ends = [...this.#watchers].map(
      ({ response }) => new Promise<void>((done) => response.end(done)),
    );
    this.#watchers.clear();
    await Promise.race([Promise.all(ends), new Promise((done) => setTimeout(done, lastWordMs))]);
  }

  #join(
    { method }: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): void {
    if (this.#watchers.size >= mostWatchers) {
      response.writeHead(503, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
      response.end("too many pages watch already\n");
      return;
    }
    response.writeHead(200, headers);
    if (method === "HEAD") return void response.end();
    const watcher: Watcher = { response, sent: 0, isFull: false };
    this.#watchers.add(watcher);
    // A connection that breaks is one watcher less, and nothing else.
    response.on("error", () => {});
    response.on("close", () => {
      this.#watchers.delete(watcher);
      this.#seenMs = performance.now();
    });
    response.on("drain", () => {
      watcher.isFull = false;
      this.#give(watcher);
    });
    response.write("retry: 1000\n\n");
    this.#give(watcher);
  }

  #tell(event: WatchEvent): void {
    this.#history.add(event);
    for (const watcher of this.#watchers) this.#give(watcher);
  }

  /** All that a watcher has not had, if its connection takes it. */
  #give(watcher: Watcher): void {
    if (watcher.isFull) return;
    const { text, last } = this.#history.since(watcher.sent);
    watcher.sent = last;
    if (text !== "") watcher.isFull = !watcher.response.write(text);
  }

  #beat(): void {
    for (const watcher of this.#watchers) {
      if (!watcher.isFull) watcher.isFull = !watcher.response.write(":\n\n");
    }
  }
}
