// A thread that takes part in runs. It sleeps in shared memory between them and never returns to
// its event loop, so messages are fetched and not waited for.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
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

const { memory, controlAddress, number } = workerData as WorkerStart;
const control = controlWords(memory, controlAddress);
const programs = new Map<number, ProgramExports>();
let messagesSeen = 0;
let ticket = 0;

for (;;) {
  fetchMessages();
  waitForTicket();
  const next = Atomics.load(control, words.ticket);
  if (next === ticket) continue;
  ticket = next;
  takePart();
}

function fetchMessages(): void {
  if (parentPort === null || Atomics.load(control, words.messages) === messagesSeen) return;
  for (;;) {
    const received = receiveMessageOnPort(parentPort) as { message: WorkerMessage } | undefined;
    if (received === undefined) return;
    messagesSeen++;
    const { message } = received;
    if (message.module === null) programs.delete(message.job);
    else {
      const imports = { fovea: { memory, frame: message.frame } };
      const instance = new WebAssembly.Instance(message.module, imports);
      programs.set(message.job, instance.exports as unknown as ProgramExports);
    }
  }
}

/** Returns when there is a new run, or perhaps a message. */
function waitForTicket(): void {
  for (let i = 0; i < spins; i++) {
    if (Atomics.load(control, words.ticket) !== ticket) return;
  }
  Atomics.add(control, words.sleepers, 1);
  Atomics.wait(control, words.ticket, ticket);
  Atomics.sub(control, words.sleepers, 1);
}

/** Works on the run that is open. Who comes too late finds it closed, or another one open. */
function takePart(): void {
  const own = words.active + number;
  Atomics.store(control, own, 1);
  if (Atomics.load(control, words.open) === ticket) {
    let program: ProgramExports | undefined;
    try {
      fetchMessages();
      program = programs.get(Atomics.load(control, words.job));
      while (program?.work() === 1) {}
    } catch (error) {
      writeFailure(control, String(error));
      program?.abort();
    }
  }
  Atomics.store(control, own, 0);
  Atomics.notify(control, own);
}
