// A worker that claims a chunk of the first run it sees and then ends, without having computed it.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { controlWords, type WorkerMessage, type WorkerStart, words } from "../../src/backend/wasm/control.ts";
import { claimedOffset, frameOf } from "../../src/backend/wasm/frame.ts";

const { memory, controlAddress, number } = workerData as WorkerStart;
const control = controlWords(memory, controlAddress);
const received = receiveMessageOnPort(parentPort as NonNullable<typeof parentPort>) as { message: WorkerMessage };
const { frame } = received.message as { frame: number };
// As in the test's program: four bound slots, one parallel stage.
const claimed = new Int32Array(memory.buffer, frame + claimedOffset(frameOf(4, 1), 0), 1);

Atomics.add(control, words.sleepers, 1);
for (;;) {
  const ticket = Atomics.load(control, words.ticket);
  Atomics.store(control, words.active + number, 1);
  // Sixteen chunks; the counter goes beyond when all are taken.
  if (Atomics.load(control, words.open) === ticket && Atomics.load(claimed, 0) < 16) {
    if (Atomics.add(claimed, 0, 1) < 16) break;
  }
  Atomics.store(control, words.active + number, 0);
}
process.exit();
