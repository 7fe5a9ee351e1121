// Programs of many stages on one, two and three threads: the same bits, and nothing run twice.
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Backend, BackendBuffer } from "../../src/backend/backend.ts";
import { BackendError } from "../../src/tensor/errors.ts";
import { compile, compilers, upload } from "./kernels.ts";
import { chunks, length, mixed, mixProgram } from "./mixProgram.ts";

const backends: Backend[] = [];
afterEach(() => {
  for (const backend of backends.splice(0)) backend.dispose();
});

function started(backend: Backend): Backend {
  backends.push(backend);
  return backend;
}

describe.each(
  compilers.flatMap(({ name, create }) => [1, 2, 3].map((threads) => ({ name, create, threads }))),
)("$name, $threads threads", ({ create, threads }) => {
  test("a profile runs all chunks once, between runs that do the same", async () => {
    const backend = started(create({ threads }));
    const stages = 7;
    const x = Float32Array.from({ length }, (_, i) => Math.sin(i));
    const arrays = [x, new Float32Array(length), new Int32Array(chunks), new Int32Array(1)];
    const buffers = arrays.map((array) => upload(backend, array));
    const executable = compile(backend, mixProgram(stages));
    const runs = 100;
    for (let run = 0; run < runs; run++) {
      executable.run(buffers);
      // Launches without chunks are no kernels.
      expect((await executable.profile?.(buffers))?.kernels).toHaveLength(4 * stages);
      if (run === 10) await setTimeout(100);
    }
    const [, y, counts, singles] = buffers as [
      BackendBuffer,
      BackendBuffer,
      BackendBuffer,
      BackendBuffer,
    ];
    expect(await backend.read(y, "float32", length)).toEqual(mixed(x, stages));
    expect([...(await backend.read(counts, "int32", chunks))]).toEqual(
      new Array(chunks).fill(2 * runs * stages),
    );
    expect([...(await backend.read(singles, "int32", 1))]).toEqual([4 * runs * stages]);
    executable.dispose();
    expect(() => executable.profile?.(buffers)).toThrow("disposed");
  });

  test("run all chunks of all stages once, in order, 1,000 times over", async () => {
    const backend = started(create({ threads }));
    const stages = 7;
    const x = Float32Array.from({ length }, (_, i) => Math.sin(i));
    const arrays = [x, new Float32Array(length), new Int32Array(chunks), new Int32Array(1)];
    const buffers = arrays.map((array) => upload(backend, array));
    const executable = compile(backend, mixProgram(stages));
    const runs = 1000;
    for (let run = 0; run < runs; run++) {
      executable.run(buffers);
      // Other threads must be up in time to matter; they start while this one computes.
      if (run === 10) await setTimeout(100);
    }
    const [, y, counts, singles] = buffers as [
      BackendBuffer,
      BackendBuffer,
      BackendBuffer,
      BackendBuffer,
    ];
    expect(await backend.read(y, "float32", length)).toEqual(mixed(x, stages));
    expect([...(await backend.read(counts, "int32", chunks))]).toEqual(
      new Array(chunks).fill(runs * stages),
    );
    expect([...(await backend.read(singles, "int32", 1))]).toEqual([2 * runs * stages]);
  });

  test("programs take turns and share the arena", async () => {
    const backend = started(create({ threads }));
    const x = Float32Array.from({ length }, (_, i) => i % 13);
    const buffers = [x, new Float32Array(length), new Int32Array(chunks), new Int32Array(1)].map(
      (a) => upload(backend, a),
    );
    const programs = [1, 2, 9].map((stages) => ({
      stages,
      executable: compile(backend, mixProgram(stages)),
    }));
    for (let turn = 0; turn < 30; turn++) {
      const { stages, executable } = programs[turn % 3] as (typeof programs)[number];
      executable.run(buffers);
      expect(await backend.read(buffers[1] as BackendBuffer, "float32", length)).toEqual(
        mixed(x, stages),
      );
    }
    expect(backend.memory().arena).toBe(length * 8);
    for (const { executable } of programs) executable.dispose();
    expect(() => programs[0]?.executable.run(buffers)).toThrow(BackendError);
  });
});
