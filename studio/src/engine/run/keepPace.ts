// How often a training is kept while it runs: seldom enough that writing takes a small share of its time.

/** Between two times, at least; epochs may be shorter. */
const leastMs = 2000;
/** And this many times as long as the writing took. */
const mostShare = 20;

export class KeepPace {
  #dueAt = 0;

  /** Keeps it, unless it was kept a short while ago: what comes after that is kept the next time. */
  async keep(keep: () => Promise<void>): Promise<void> {
    const begunAt = performance.now();
    if (begunAt < this.#dueAt) return;
    await keep();
    const now = performance.now();
    this.#dueAt = now + Math.max(leastMs, mostShare * (now - begunAt));
  }
}
