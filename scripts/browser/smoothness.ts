// How smooth a page is: the longest piece of work in which it could not answer, and how often it draws.
import type { Page } from "playwright-core";

export interface Smoothness {
  /** Longest task of the page's thread, in ms; browsers tell of those over 50 ms, others count as 50. */
  readonly longestTaskMs: number;
  /** Longest wait of a timer behind its time: what a click might wait at worst. */
  readonly longestDelayMs: number;
  readonly framesPerSecond: number;
  /** Frames in the second that had the fewest. */
  readonly worstSecond: number;
  readonly heapBytes: number;
}

interface Watch {
  tasks: number[];
  delays: number[];
  frames: number[];
}

type Watched = typeof globalThis & { smoothness?: Watch };

/** Begins to watch; what happened before is forgotten. */
export async function watchSmoothness(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched = globalThis as Watched;
    const isRunning = watched.smoothness !== undefined;
    const watch: Watch = { tasks: [], delays: [], frames: [] };
    watched.smoothness = watch;
    if (isRunning) return;
    const latest = (): Watch => watched.smoothness as Watch;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) latest().tasks.push(duration);
    }).observe({ type: "longtask" });
    const frame = (): void => {
      latest().frames.push(performance.now());
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    let due = performance.now() + 20;
    const tick = (): void => {
      const now = performance.now();
      latest().delays.push(now - due);
      due = now + 20;
      setTimeout(tick, 20);
    };
    setTimeout(tick, 20);
  });
}

/** What was seen since watching began. */
export function readSmoothness(page: Page): Promise<Smoothness> {
  return page.evaluate(() => {
    const { tasks, delays, frames } = (globalThis as Watched).smoothness as Watch;
    const first = frames[0] ?? 0;
    const seconds = ((frames.at(-1) ?? 0) - first) / 1000;
    // The last second is not over.
    const counts = new Array<number>(Math.max(1, Math.floor(seconds))).fill(0);
    for (const at of frames) {
      const second = Math.floor((at - first) / 1000);
      if (second < counts.length) counts[second] = (counts[second] as number) + 1;
    }
    const { memory } = performance as Performance & { memory?: { usedJSHeapSize: number } };
    return {
      longestTaskMs: Math.max(50, ...tasks),
      longestDelayMs: Math.max(0, ...delays),
      framesPerSecond: (frames.length - 1) / seconds,
      worstSecond: Math.min(...counts),
      heapBytes: memory?.usedJSHeapSize ?? 0,
    };
  });
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The most that the page's thread worked in one task, in ms of the processor's time: unlike that of the clock on the wall,
 * it does not grow when other programs want the processor too.
 */
export async function longestWorkMs(page: Page, ms: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "__metadata"], excludedCategories: ["*"] },
  });
  await page.waitForTimeout(ms);
  const complete = new Promise<void>((done) => {
    session.once("Tracing.tracingComplete", () => done());
  });
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const tasks = events.filter(({ name, tdur }) => name.endsWith("RunTask") && tdur !== undefined);
  const pages = events.filter(({ args }) => args.name === "CrRendererMain").map(threadOf);
  const own = tasks.filter((task) => pages.includes(threadOf(task)));
  if (own.length === 0) throw new Error("the trace has no task of the page");
  return Math.max(...own.map(({ tdur = 0 }) => tdur)) / 1000;
}

/** Bytes that a page and its workers hold in JavaScript and in buffers, once garbage is collected. */
export async function memoryOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const workers: string[] = [];
  const waiting = new Map<number, (result: unknown) => void>();
  session.on("Target.attachedToTarget", ({ sessionId }) => workers.push(sessionId));
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  // Workers of workers only wait, or run kernels: they are not asked, and would not answer.
  await session.send("Target.setAutoAttach", {
    ...{ autoAttach: true, waitForDebuggerOnStart: false, flatten: false },
  });
  const askWorker = (sessionId: string, method: string): Promise<unknown> =>
    new Promise((done) => {
      const id = waiting.size + 1;
      waiting.set(id, done);
      const message = JSON.stringify({ id, method });
      void session.send("Target.sendMessageToTarget", { sessionId, message });
    });
  await session.send("HeapProfiler.collectGarbage");
  let bytes = bytesIn(await session.send("Runtime.getHeapUsage"));
  for (const worker of workers) {
    await askWorker(worker, "HeapProfiler.collectGarbage");
    bytes += bytesIn((await askWorker(worker, "Runtime.getHeapUsage")) as HeapUsage);
  }
  await session.detach();
  if (workers.length === 0) throw new Error("the page has no worker");
  return bytes;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

function bytesIn({ usedSize, embedderHeapUsedSize, backingStorageSize }: HeapUsage): number {
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}
