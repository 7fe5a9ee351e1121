// What those get who watch a training late, or slowly.
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { EventHistory } from "../../cli/studio/eventHistory.ts";
import { TrainingWatch } from "../../cli/studio/watch.ts";
import type { WatchEvent, WatchIndex } from "../../cli/studio/watchTypes.ts";
import type { train } from "../../src/index.ts";

const step = (number: number): train.StepEvent => ({
  ...{ type: "step", epoch: 1, step: number, stepInEpoch: number, stepsPerEpoch: 100_000 },
  ...{ loss: 1, accuracy: 0.5, lr: 0.1, imagesPerSecond: 1000, seconds: number },
});
const epoch = (number: number): train.EpochEvent => ({
  ...{ type: "epoch", epoch: number, step: number, loss: 1, accuracy: 0.5, lr: 0.1 },
  ...{ validationLoss: 1, validationAccuracy: 0.5, seconds: 1, imagesPerSecond: 1000 },
});

function eventsIn(text: string): WatchEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("data: "))
    .map((block) => JSON.parse(block.slice("data: ".length)));
}

/** A connection that takes what it is given, or nothing. */
class Connection extends EventEmitter {
  text = "";
  isSlow = false;
  writeHead(): void {
    // Nothing is sent.
  }
  write(text: string): boolean {
    this.text += text;
    return !this.isSlow;
  }
  end(last?: unknown): void {
    if (typeof last === "string") this.text += last;
    if (typeof last === "function") last();
  }
}

function join(watch: TrainingWatch): Connection {
  const connection = new Connection();
  const request = { method: "GET" } as IncomingMessage;
  void watch.answer("events", request, connection as unknown as ServerResponse, {});
  return connection;
}

describe("the past of a training", () => {
  it("keeps its size, its epochs and its newest step", () => {
    const history = new EventHistory();
    history.add(epoch(1));
    for (let i = 1; i <= 10_000; i++) history.add(step(i));
    history.add(epoch(2));
    const kept = eventsIn(history.since(0).text);
    expect(kept.length).toBeLessThan(610);
    expect(kept.filter(({ type }) => type === "epoch")).toEqual([epoch(1), epoch(2)]);
    expect(kept.at(-2)).toEqual(step(10_000));
    const numbers = kept.flatMap((event) => (event.type === "step" ? [event.step] : []));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(history.since(10_001)).toMatchObject({ last: 10_002 });
    expect(eventsIn(history.since(10_001).text)).toEqual([epoch(2)]);
    expect(history.since(10_002).text).toBe("");
  });
});

describe("a reader that is too slow", () => {
  it("misses steps, no epochs, and holds up nothing", async () => {
    const watch = new TrainingWatch();
    const slow = join(watch);
    const quick = join(watch);
    slow.isSlow = true;
    for (let i = 1; i <= 5000; i++) watch.event(step(i));
    watch.event(epoch(1));
    // The first that its connection did not take is the last it was given.
    expect(eventsIn(slow.text)).toEqual([step(1)]);
    expect(eventsIn(quick.text)).toHaveLength(5001);
    slow.isSlow = false;
    slow.emit("drain");
    const caughtUp = eventsIn(slow.text);
    expect(caughtUp.length).toBeLessThan(610);
    expect(caughtUp.at(-1)).toEqual(epoch(1));
    watch.over("finished");
    expect(eventsIn(slow.text).at(-1)).toMatchObject({ type: "over" });
    slow.emit("close");
    expect(watch.watchers).toBe(1);
    await watch.close();
    expect(watch.watchers).toBe(0);
  });

  it("is refused where too many watch", async () => {
    const watch = new TrainingWatch();
    for (let i = 0; i < 20; i++) join(watch);
    expect(watch.watchers).toBe(16);
    await watch.close();
  });
});

describe("a training that is over", () => {
  /** A training, and time that passes when the test says so. */
  function inTime() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    return new TrainingWatch();
  }

  /** Has the wait for the pages ended by then? */
  async function endsWithin(ms: number, left: Promise<void>): Promise<boolean> {
    let ended = false;
    void left.then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(ms);
    return ended;
  }

  it("waits for nobody where nobody has asked", async () => {
    const watch = inTime();
    expect(watch.isWatched).toBe(false);
    await watch.left(new AbortController().signal);
  });

  it("waits for a page that has asked and is about to watch", async () => {
    const watch = inTime();
    const asked = new Connection();
    await watch.answer(
      "index.json",
      { method: "GET" } as IncomingMessage,
      asked as unknown as ServerResponse,
      {},
    );
    expect(JSON.parse(asked.text)).toEqual({ run: null, epochs: [], over: null } as WatchIndex);
    const left = watch.left(new AbortController().signal);
    expect(await endsWithin(2500, left)).toBe(false);
    const page = join(watch);
    expect(await endsWithin(60_000, left)).toBe(false);
    page.emit("close");
    // It may be loaded anew.
    expect(await endsWithin(2500, left)).toBe(false);
    expect(await endsWithin(1000, left)).toBe(true);
  });

  it("waits no longer when it is told to end", async () => {
    const watch = inTime();
    join(watch);
    const end = new AbortController();
    const left = watch.left(end.signal);
    expect(await endsWithin(10_000, left)).toBe(false);
    end.abort();
    expect(await endsWithin(200, left)).toBe(true);
  });
});
