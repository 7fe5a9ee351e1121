// A thread that makes images of batches. All workers are told of every batch and claim its images one by one, so
// that the first batch that is waited for is finished first, and what is in a batch never depends on who made it.
import { parentPort, workerData } from "node:worker_threads";
import { fromSpec } from "../transforms/registry.ts";
import { PictureMaker } from "./pictures.ts";
import { type Report, type Task, type WorkerStart, words } from "./task.ts";

const { source, transforms, imageShape, length, current } = workerData as WorkerStart;
const maker = new PictureMaker(source, transforms.map(fromSpec), imageShape, length);
const tasks: Task[] = [];
/** Lanes that are asleep; while one waits for its file, another decodes. A lane never works on two images. */
const idle = Array.from(current.keys());

parentPort?.on("message", (task: Task) => {
  tasks.push(task);
  // All at once: a lane that finds nothing to do is idle again at once.
  for (const lane of idle.splice(0)) void runLane(lane);
});

async function runLane(lane: number): Promise<void> {
  for (let task = tasks[0]; task !== undefined; task = tasks[0]) {
    const position = Atomics.add(task.control, words.claimed, 1);
    if (position < task.indices.length) await make(task, position, lane);
    else if (tasks[0] === task) tasks.shift();
  }
  idle.push(lane);
}

async function make(task: Task, position: number, lane: number): Promise<void> {
  const { ticket, indices, files, control, pixels, seed, epoch, repeats } = task;
  const index = indices[position] as number;
  Atomics.store(current, lane, index);
  const random = { seed, epoch, repeat: repeats?.[position] ?? 0 };
  const failure = await maker.write(pixels, position, index, files?.[position], random);
  if (failure !== null) {
    report({ ticket, failure });
    Atomics.add(control, words.failed, 1);
  }
  Atomics.store(current, lane, -1);
  if (Atomics.add(control, words.done, 1) + 1 === indices.length) report({ ticket, failure: null });
}

function report(message: Report): void {
  parentPort?.postMessage(message);
}
