// Commands for the GPU, in the order in which they are given. Kernels are compiled on threads of the device's own, many at a
// time. What needs one that is not there yet waits here, with all that comes later, so that the program need not.

type Command = () => void;

export class Commands {
  readonly #waiting: { readonly command: Command; readonly needs: Promise<unknown> | null }[] = [];
  #given: Promise<void> | null = null;
  readonly #onFault: (error: Error) => void;

  /** @param onFault told of commands that throw after they had to wait: nobody else hears of it */
  constructor(onFault: (error: Error) => void) {
    this.#onFault = onFault;
  }

  /** Would a command have to wait, whatever it needs? */
  get isWaiting(): boolean {
    return this.#given !== null;
  }

  /** Gives a command: at once if what it needs is there and nothing waits before it. */
  give(command: Command, needs: Promise<unknown> | null = null): void {
    if (needs === null && !this.isWaiting) return command();
    this.#waiting.push({ command, needs });
    this.#given ??= this.#giveAll();
  }

  /** The same for a command that has an answer. */
  ask<T>(command: () => Promise<T>, needs: Promise<unknown> | null = null): Promise<T> {
    return new Promise((resolve, reject) => {
      this.give(() => void command().then(resolve, reject), needs);
    });
  }

  async #giveAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        if (next.needs !== null) await next.needs;
        next.command();
      } catch (error) {
        this.#onFault(error as Error);
      }
    }
    this.#given = null;
  }
}
