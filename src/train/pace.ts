// Lets other work have its turn during long computations: signals, timers, redrawing.

const longestStretchMs = 30;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Waits for one turn of the event loop whenever the last one is longer ago than 30 ms. */
export class Pace {
  #last = performance.now();

  /** Is a turn due? Asked first so that most steps wait for nothing. */
  get due(): boolean {
    return performance.now() - this.#last > longestStretchMs;
  }

  async turn(): Promise<void> {
    await nextTurn();
    this.#last = performance.now();
  }
}
