// A worker's part in runs, the same in Node and in browsers. Between runs it sleeps in shared memory.
import {
  controlWords,
  type WorkerMessage,
  type WorkerStart,
  words,
  writeFailure,
} from "./control.ts";
import type { ProgramExports } from "./emitProgram.ts";

/** Looks at `ticket` before sleeping: some ten microseconds, so that a run that follows at once starts fast. */
const spins = 4000;

export class Participant {
  readonly #memory: WebAssembly.Memory;
  readonly #control: Int32Array;
  readonly #number: number;
  readonly #programs = new Map<number, ProgramExports>();
  #messagesHeard = 0;
  #ticket = 0;

  constructor({ memory, controlAddress, number }: WorkerStart) {
    this.#memory = memory;
    this.#control = controlWords(memory, controlAddress);
    this.#number = number;
  }

  /** Was something said that was not heard yet? */
  get hasMail(): boolean {
    return Atomics.load(this.#control, words.messages) !== this.#messagesHeard;
  }

  /** Takes in a program, or forgets one. */
  hear(message: WorkerMessage): void {
    this.#messagesHeard++;
    if (message.module === null) {
      this.#programs.delete(message.job);
      return;
    }
    const imports = { fovea: { memory: this.#memory, frame: message.frame, mayWait: 1 } };
    const instance = new WebAssembly.Instance(message.module, imports);
    this.#programs.set(message.job, instance.exports as unknown as ProgramExports);
  }

  /** Sleeps until there is a new run, or perhaps a message. */
  sleep(): void {
    for (let i = 0; i < spins; i++) {
      if (Atomics.load(this.#control, words.ticket) !== this.#ticket) return;
    }
    Atomics.add(this.#control, words.sleepers, 1);
    Atomics.wait(this.#control, words.ticket, this.#ticket);
    Atomics.sub(this.#control, words.sleepers, 1);
  }

  /**
   * Works on the run that is open, if it is a new one. Who comes too late finds it closed, or another one open.
   * @param fetchMail hears what was said, where that is possible at once
   */
  takePart(fetchMail: () => void): void {
    const ticket = Atomics.load(this.#control, words.ticket);
    if (ticket === this.#ticket) return;
    this.#ticket = ticket;
    const own = words.active + this.#number;
    Atomics.store(this.#control, own, 1);
    if (Atomics.load(this.#control, words.open) === ticket) {
      let program: ProgramExports | undefined;
      try {
        fetchMail();
        program = this.#programs.get(Atomics.load(this.#control, words.job));
        while (program?.work() === 1) {}
      } catch (error) {
        writeFailure(this.#control, String(error));
        program?.abort();
      }
    }
    Atomics.store(this.#control, own, 0);
    Atomics.notify(this.#control, own);
  }
}
