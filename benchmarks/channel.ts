// The line to a system that is measured: a process, asked one thing at a time.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { type Answer, type Command, Unsupported } from "./contender.ts";
import type { Start } from "./systems.ts";

export interface Channel {
  /** The answer; throws {@link Unsupported} if it says so, an Error for anything that went wrong. */
  ask(command: Command): Promise<Answer>;
  stop(): void;
}

/** What came back, or the error that it tells of. */
export function checked(answer: Answer): Answer {
  if (typeof answer.unsupported === "string") throw new Unsupported(answer.unsupported);
  if (typeof answer.error === "string") throw new Error(answer.error);
  return answer;
}

const keptWords = 4000;

/** The line that names the error, among a stack and greetings. */
function lastError(words: string): string {
  const lines = words.trim().split("\n");
  return lines.findLast((line) => /error\b/i.test(line)) ?? lines.at(-1) ?? "";
}

export class ProcessChannel implements Channel {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #reader: Interface;
  readonly #lines: AsyncIterableIterator<string>;
  /** The end of what it wrote to standard error: shown only if it fails. */
  #words = "";

  constructor({ command, args, env }: Start, name: string, folder: string) {
    this.#process = spawn(command, [...args, "--name", name], {
      env: { ...process.env, ...env, FOVEA_BENCH_FOLDER: folder },
    });
    this.#process.stderr.on("data", (chunk: Buffer) => {
      this.#words = (this.#words + chunk.toString()).slice(-keptWords);
    });
    this.#process.on("error", (error) => {
      this.#words += error.message;
    });
    // A process that has ended is noticed where its answer is missing.
    this.#process.stdin.on("error", () => {});
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** 0 if it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async ask(command: Command): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`its process ended: ${lastError(this.#words)}`);
      // Libraries greet their users on standard output.
      if (value.startsWith("{")) return checked(JSON.parse(value) as Answer);
    }
  }

  stop(): void {
    this.#reader.close();
    this.#process.kill();
  }
}
