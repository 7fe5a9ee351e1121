// No hang of the wasm backend when a thread comes late, fails or dies.
import { spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BackendError } from "../../src/tensor/errors.ts";
import { chunks, length, mixProgram } from "./mixProgram.ts";
import { failingProgram, parts, slowProgram } from "./wasmParts.ts";

describe("when something goes wrong", () => {
  test("a kernel that fails on the calling thread is a BackendError", () => {
    const { executable, pool, buffer } = parts(1);
    const failing = executable(failingProgram());
    expect(() => failing.run([buffer(64)])).toThrow(
      /^wasm: a kernel failed: memory access out of bounds/,
    );
    pool.dispose();
  });

  test("a kernel that fails on a worker is a BackendError, and the next run works", async () => {
    const { executable, asleep, pool, memory, buffer } = parts(3);
    const good = executable(mixProgram(3));
    const buffers = [length * 4, length * 4, chunks * 4, 4].map(buffer);
    for (const { block, bytes } of buffers)
      memory.bytes.fill(0, block.address, block.address + bytes);
    good.run(buffers);
    await asleep();
    const failing = executable(failingProgram());
    const out = [buffer(64)];
    const failures: string[] = [];
    // Whoever is done first gets the bad chunk: a worker soon, though not always.
    while (
      failures.length < 50 &&
      !failures.some((text) => text.startsWith("wasm: a worker thread"))
    ) {
      try {
        failing.run(out);
      } catch (error) {
        expect(error).toBeInstanceOf(BackendError);
        failures.push((error as BackendError).message);
      }
      good.run(buffers);
    }
    expect(failures[failures.length - 1]).toBe(
      "wasm: a worker thread failed: RuntimeError: memory access out of bounds",
    );
    for (let run = 0; run < 100; run++) good.run(buffers);
    const counts = new Int32Array(memory.memory.buffer, buffers[2]?.block.address, chunks);
    expect([...counts]).toEqual(new Array(chunks).fill(3 * (101 + failures.length)));
    pool.dispose();
  });

  test("a worker that cannot start is reported once; then the others go on", async () => {
    const { executable, pool, buffer } = parts(2, {
      script: new URL("./missing.ts", import.meta.url),
    });
    const good = executable(mixProgram(2));
    const buffers = [length * 4, length * 4, chunks * 4, 4].map(buffer);
    const runUntilLost = async (): Promise<void> => {
      // How soon it is lost depends on the machine.
      for (const end = performance.now() + 10_000; performance.now() < end; ) {
        good.run(buffers);
        await setTimeout(10);
      }
    };
    await expect(runUntilLost()).rejects.toThrow(
      /^wasm: a worker thread died\n {2}cause {5}Cannot find module/,
    );
    good.run(buffers);
    pool.dispose();
  });

  test("a worker that dies with a chunk in hand ends the run with an error", async () => {
    const script = new URL("./wasmDyingWorker.ts", import.meta.url);
    const { executable, pool, asleep, buffer } = parts(2, { script, stallMs: 400 });
    const slow = executable(slowProgram());
    const buffers = [buffer(64)];
    slow.run(buffers);
    await asleep();
    let caught: unknown;
    // The worker may be late for one run, but not for all of them.
    for (let run = 0; run < 100 && caught === undefined; run++) {
      try {
        slow.run(buffers);
      } catch (error) {
        caught = error;
      }
    }
    expect(caught).toBeInstanceOf(BackendError);
    expect((caught as BackendError).headline).toBe(
      "wasm: a worker thread stopped in the middle of a run",
    );
    expect(() => slow.run(buffers)).toThrow("wasm: the threads of this backend were stopped");
    pool.dispose();
  });
});

test("sleeping workers do not keep the process alive", () => {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import { createWasmBackend } from ${url("../../src/backend/wasm/index.ts")};
    import { KernelBuilder } from ${url("../../src/kernel/builder.ts")};
    const k = new KernelBuilder("k", 1);
    k.store(k.buffer("x"), k.chunk, k.const(1));
    const launch = { kernel: k.finish(), chunks: 4, slots: [0], flops: 1e9, bytes: 0 };
    const program = { slots: [{ kind: "bound", bytes: 16 }], arenaBytes: 0, stages: [{ launches: [launch] }] };
    const backend = createWasmBackend({ threads: 3 });
    const x = backend.allocate(16);
    const executable = backend.compile(null, () => program);
    executable.run([x]);
    await new Promise((wake) => setTimeout(wake, 200));
    executable.run([x]);
    console.log(...await backend.read(x, "float32", 4));
  `;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script],
    { timeout: 20_000, encoding: "utf8" },
  );
  expect({ stdout, stderr, status }).toEqual({ stdout: "1 1 1 1\n", stderr: "", status: 0 });
});
