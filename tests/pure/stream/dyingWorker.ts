// A worker that dies on the third image of its first batch.
import { parentPort, workerData } from "node:worker_threads";
import type { Task, WorkerStart } from "../../../src/data/stream/task.ts";

const { current } = workerData as WorkerStart;
parentPort?.on("message", ({ indices }: Task) => {
  current[0] = indices[2] as number;
  process.exit(7);
});
