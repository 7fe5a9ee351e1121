// The PyTorch peer: a Python process that does the same work on request. Found only if a Python with
// PyTorch is installed; run in its tuned form (large buffers kept, AVX-512 kernels of OpenBLAS).
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const pythons = ["/usr/bin/python3", "python3"];
const openblas = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

const tuned = {
  OPENBLAS_CORETYPE: "SKYLAKEX",
  MALLOC_MMAP_THRESHOLD_: "4294967296",
  MALLOC_TRIM_THRESHOLD_: "17179869184",
  ...(existsSync(openblas) ? { LD_LIBRARY_PATH: openblas } : {}),
};

/** A Python that can import torch; undefined if there is none. */
export function findPytorch(): string | undefined {
  return pythons.find((python) => {
    try {
      execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** A running peer that answers one line for each command. */
export class PytorchPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #reader: Interface;

  constructor(python: string, script: string) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn(python, [path], { env: { ...process.env, ...tuned } });
    this.#process.stderr.pipe(process.stderr);
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async ask<Answer>(...command: readonly (string | number)[]): Promise<Answer> {
    this.#process.stdin.write(`${command.join(" ")}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the PyTorch peer stopped at: ${command.join(" ")}`);
    return JSON.parse(value) as Answer;
  }

  stop(): void {
    this.#reader.close();
    this.#process.stdin.end();
  }
}
