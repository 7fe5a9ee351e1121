// A worker that claims a chunk of the first run it sees and then ends, without having computed it.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import {
  controlWords,
  type WorkerMessage,
  type WorkerStart,
  words,
} from "../../src/backend/wasm/control.ts";
import { claimedOffset, frameOf } from "../../src/backend/wasm/frame.ts";

const { memory, controlAddress, number } = workerData as WorkerStart;
const control = controlWords(memory, controlAddress);
const port = parentPort as NonNullable<typeof parentPort>;
const { message } = nextMessage() as { message: WorkerMessage & { frame: number } };
// As in the test's program: one bound slot, one parallel stage.
const claimed = new Int32Array(memory.buffer, message.frame + claimedOffset(frameOf(1, 1), 0), 1);

function nextMessage(): unknown {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received;
  }
}

for (;;) {
  const ticket = Atomics.load(control, words.ticket);
  Atomics.add(control, words.sleepers, 1);
  Atomics.wait(control, words.ticket, ticket);
  Atomics.sub(control, words.sleepers, 1);
  Atomics.store(control, words.active + number, 1);
  const isOpen = Atomics.load(control, words.open) === Atomics.load(control, words.ticket);
  if (isOpen && Atomics.add(claimed, 0, 1) < 8) break;
  Atomics.store(control, words.active + number, 0);
  Atomics.notify(control, words.active + number);
}
process.exit();
