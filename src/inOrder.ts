// What is asked of an engine while the code is on its way that plans and compiles for it. All of it waits, in order, and the program
// goes on.

export class InOrder {
  #waiting: Promise<void> | null = null;

  /** @param code what comes first; null if it is there */
  constructor(code: Promise<void> | null) {
    if (code !== null) this.#add(code);
  }

  /** The last of what waits, null if nothing does. Rejects, with all that comes later, once something failed. */
  get waiting(): Promise<void> | null {
    return this.#waiting;
  }

  /** Does something: at once, or after all that waits. */
  do(task: () => void): void {
    if (this.#waiting === null) task();
    else this.#add(this.#waiting.then(task));
  }

  #add(last: Promise<void>): void {
    this.#waiting = last;
    const finish = (): void => {
      if (this.#waiting === last) this.#waiting = null;
    };
    // Whoever reads is told of what failed.
    last.then(finish, () => {});
  }
}
