// What follows a training on the page takes turns: one part at a time, each at its own pace.

export interface Part {
  /** Milliseconds from one drawing to the next, at least. */
  readonly everyMs: number;
  draw(): void;
}

/** Between two turns: the page answers and paints. */
const turnMs = 50;

export class Rounds {
  readonly #parts: readonly Part[];
  readonly #drawnAt: number[];
  readonly #isStale: boolean[];
  #isDue = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.#drawnAt = parts.map(() => Number.NEGATIVE_INFINITY);
    this.#isStale = parts.map(() => false);
  }

  /** Something has changed: every part is drawn at its time. */
  stir(): void {
    this.#isStale.fill(true);
    this.#turnSoon();
  }

  /** Draws all parts now. */
  all(): void {
    for (const i of this.#parts.keys()) this.#draw(i);
  }

  #turnSoon(): void {
    if (this.#isDue || !this.#isStale.includes(true)) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      const next = this.#mostOverdue();
      if (next !== null) this.#draw(next);
      this.#turnSoon();
    }, turnMs);
  }

  #mostOverdue(): number | null {
    const now = performance.now();
    let [next, most] = [null as number | null, 0];
    for (const [i, { everyMs }] of this.#parts.entries()) {
      const overdue = now - (this.#drawnAt[i] as number) - everyMs;
      if (this.#isStale[i] === true && overdue >= most) [next, most] = [i, overdue];
    }
    return next;
  }

  #draw(i: number): void {
    this.#isStale[i] = false;
    this.#drawnAt[i] = performance.now();
    this.#parts[i]?.draw();
  }
}
