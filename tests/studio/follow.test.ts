// How the page follows a training without end: points are thinned, parts take turns, keeping is paced.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buffersOf, handOver } from "../../studio/src/engine/handOver.ts";
import { KeepPace } from "../../studio/src/engine/run/keepPace.ts";
import { epochList, mostPoints, PointList } from "../../studio/src/engine/run/points.ts";
import type { EpochPoint, StepPoint } from "../../studio/src/engine/run/types.ts";
import { Columns } from "../../studio/src/train/columns.ts";
import { Rounds } from "../../studio/src/train/rounds.ts";

const stepAt = (epoch: number): StepPoint => {
  return { step: 10 * epoch, epoch, loss: 1 / epoch, accuracy: 0.5, lr: 0.1, imagesPerSecond: 9 };
};
const epochAt = (epoch: number, testAccuracy = 0.5): EpochPoint => {
  return { ...stepAt(epoch), testLoss: 2 / epoch, testAccuracy, seconds: 1 };
};

describe("the points of a curve", () => {
  it("are all there while they are few", () => {
    const list = new PointList<number>();
    for (let i = 0; i < mostPoints; i++) list.add(i);
    expect(list.all).toEqual(Array.from({ length: mostPoints }, (_, i) => i));
  });

  it("stay a bounded number, evenly spread, with the first and the latest", () => {
    const list = new PointList<number>();
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      list.add(i);
      most = Math.max(most, list.all.length);
      if (list.all.at(-1) !== i) throw new Error(`point ${i} is not there`);
    }
    expect(most).toBe(mostPoints);
    expect(list.all[0]).toBe(0);
    expect(list.all.length).toBeGreaterThan(mostPoints / 2);
    const gaps = list.all.slice(1, -1).map((number, i) => number - (list.all[i] as number));
    expect(new Set(gaps).size).toBe(1);
  });

  it("keep the best epoch, however long ago it was", () => {
    const list = epochList();
    for (let epoch = 1; epoch <= 20_000; epoch++)
      list.add(epochAt(epoch, epoch === 777 ? 0.9 : 0.5));
    expect(list.all.find(({ testAccuracy }) => testAccuracy === 0.9)?.epoch).toBe(777);
    expect(list.all.at(-1)?.epoch).toBe(20_000);
    expect(list.all.length).toBeLessThanOrEqual(mostPoints);
  });

  it("go on from those of before, and forget what is said to be wrong", () => {
    const list = new PointList(Array.from({ length: 3 * mostPoints }, (_, i) => i));
    expect(list.all.length).toBeLessThanOrEqual(mostPoints);
    expect(list.all.at(-1)).toBe(3 * mostPoints - 1);
    list.keepOnly((number) => number < 100);
    expect(Math.max(...list.all)).toBeLessThan(100);
    list.add(100);
    expect(list.all.at(-1)).toBe(100);
    expect(list.all).toEqual([...list.all].sort((a, b) => a - b));
  });

  it("become columns in the order of training, an epoch's own figures last", () => {
    const steps = [stepAt(0.5), stepAt(1), stepAt(1.5)];
    const { x, testAccuracy, trainLoss } = new Columns(steps, [epochAt(1, 0.7)]);
    expect(x).toEqual([0.5, 1, 1, 1.5]);
    expect(testAccuracy).toEqual([null, null, 0.7, null]);
    expect(trainLoss).toEqual(x.map((epoch) => 1 / epoch));
  });
});

describe("parts that follow a training", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Which part was drawn when, in ms. */
  function drawnBy(paces: readonly number[]) {
    const drawn: { readonly part: number; readonly at: number }[] = [];
    const parts = paces.map((everyMs, part) => ({
      everyMs,
      draw: () => void drawn.push({ part, at: performance.now() }),
    }));
    return { drawn, rounds: new Rounds(parts) };
  }

  it("are drawn one at a time, each at its own pace, however often something changes", () => {
    const { drawn, rounds } = drawnBy([250, 250, 1000]);
    for (let ms = 0; ms < 10_000; ms += 5) {
      rounds.stir();
      vi.advanceTimersByTime(5);
    }
    const times = drawn.map(({ at }) => at);
    expect(new Set(times).size).toBe(times.length);
    for (const [part, most] of [40, 40, 10].entries()) {
      const own = drawn.filter((each) => each.part === part).length;
      expect(own).toBeLessThanOrEqual(most + 1);
      expect(own).toBeGreaterThan(0.7 * most);
    }
  });

  it("all show the last change, and then rest", () => {
    const { drawn, rounds } = drawnBy([250, 1000]);
    rounds.stir();
    vi.advanceTimersByTime(100);
    rounds.stir();
    const changedAt = performance.now();
    vi.advanceTimersByTime(5000);
    for (const part of [0, 1])
      expect(drawn.findLast((each) => each.part === part)?.at).toBeGreaterThanOrEqual(changedAt);
    const { length } = drawn;
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(drawn).toHaveLength(length);
  });

  it("are drawn at once where that is asked for", () => {
    const { drawn, rounds } = drawnBy([250, 1000]);
    rounds.all();
    expect(drawn.map(({ part }) => part)).toEqual([0, 1]);
  });

  it("a training is kept at once, then every two seconds at most, and seldom where that takes long", async () => {
    const pace = new KeepPace();
    let kept = 0;
    let tookMs = 0;
    const epoch = () =>
      pace.keep(async () => {
        kept++;
        vi.advanceTimersByTime(tookMs);
      });
    await epoch();
    expect(kept).toBe(1);
    for (let ms = 0; ms < 10_000; ms += 50) {
      await epoch();
      vi.advanceTimersByTime(50);
    }
    expect(kept).toBe(5);
    tookMs = 1000;
    vi.advanceTimersByTime(2000);
    await epoch();
    vi.advanceTimersByTime(19_000);
    await epoch();
    expect(kept).toBe(6);
    vi.advanceTimersByTime(1500);
    await epoch();
    expect(kept).toBe(7);
  });
});

describe("answers", () => {
  it("move to the page only where they were handed over, each buffer once", () => {
    const all = new Float32Array(8);
    const answer = { a: all.subarray(0, 4), inner: [{ b: all.subarray(4), c: new Uint8Array(2) }] };
    expect(buffersOf(answer)).toEqual([]);
    expect(buffersOf(handOver(answer))).toEqual([all.buffer, answer.inner[0]?.c.buffer]);
    expect(buffersOf(handOver({ a: 1, b: null, c: "text" }))).toEqual([]);
    // Shared memory cannot move.
    expect(buffersOf(handOver({ a: new Uint8Array(new SharedArrayBuffer(2)) }))).toEqual([]);
  });
});
