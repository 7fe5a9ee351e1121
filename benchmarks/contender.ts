// What a system that is measured must do, and how it answers commands. Nothing here needs Node: the same
// code runs in a browser's page.
import { type Elements, emptyTensors, type Tensors, unpack, type Work } from "./work.ts";

/** A work that is ready to run: compiled, its inputs in place. */
export interface Prepared {
  /** What it computes: an op's or network's output, or the losses of the first training steps. */
  outputs(): Promise<ArrayLike<number>>;
  /** Runs it so many times, and returns when the last one is done. */
  run(calls: number): Promise<void>;
  /** Bytes that a call holds at its peak besides inputs and parameters. */
  temporaries?(): number;
  dispose?(): void;
}

/** Measured limits of the machine as a backend reaches them. */
export interface Peak {
  readonly gflopsPerSecond: number;
  readonly copyGigabytesPerSecond: number;
}

export interface Contender {
  readonly version: string;
  /** Threads that it really uses. */
  readonly threads: number;
  /** Throws {@link Unsupported} for what it cannot do. */
  prepare(work: Work, tensors: Tensors): Promise<Prepared> | Prepared;
  /** Null where there is nothing to measure. */
  peak?(): Promise<Peak | null>;
}

/** A work that a system cannot do, and why. */
export class Unsupported extends Error {}

export type Command =
  | { readonly do: "hello" }
  /** `empty`: of images that are zero, and parameters that each system makes itself: nothing is read. */
  | { readonly do: "prepare"; readonly empty?: boolean }
  | { readonly do: "outputs" }
  | { readonly do: "time"; readonly calls: number }
  | { readonly do: "peak" }
  | { readonly do: "temporaries" };

export type Answer = Readonly<Record<string, unknown>>;

/** Where `work.json` and `work.bin` are read from, and outputs go. */
export interface Files {
  json(): Promise<Work>;
  bytes(): Promise<ArrayBuffer>;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Answers one command after another. A failure is an answer too: `{ error }` or `{ unsupported }`. */
export class Answering {
  readonly #contender: Contender;
  readonly #files: Files;
  #prepared: Prepared | null = null;

  constructor(contender: Contender, files: Files) {
    this.#contender = contender;
    this.#files = files;
  }

  async answer(command: Command): Promise<Answer> {
    try {
      return await this.#do(command);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return error instanceof Unsupported ? { unsupported: text } : { error: text };
    }
  }

  async #do(command: Command): Promise<Answer> {
    const { version, threads } = this.#contender;
    switch (command.do) {
      case "hello":
        return { version, threads };
      case "prepare": {
        this.#prepared?.dispose?.();
        this.#prepared = null;
        const work = await this.#files.json();
        const tensors: ReadonlyMap<string, Elements> = command.empty
          ? emptyTensors(work.tensors)
          : unpack(work.tensors, await this.#files.bytes());
        this.#prepared = await this.#contender.prepare(work, tensors);
        return {};
      }
      case "outputs": {
        const values = Float32Array.from(await this.#ready().outputs());
        await this.#files.write(new Uint8Array(values.buffer));
        return {};
      }
      case "time": {
        const prepared = this.#ready();
        const begin = performance.now();
        await prepared.run(command.calls);
        return { ms: (performance.now() - begin) / command.calls };
      }
      case "temporaries":
        return { bytes: this.#ready().temporaries?.() ?? null };
      case "peak":
        return { peak: (await this.#contender.peak?.()) ?? null };
      default:
        throw new Error(`no command ${JSON.stringify(command satisfies never)}`);
    }
  }

  #ready(): Prepared {
    if (this.#prepared === null) throw new Error("nothing is prepared");
    return this.#prepared;
  }
}
