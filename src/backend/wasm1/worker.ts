// A thread of the pool: sleeps until a run begins, takes part in it, sleeps again.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { abortFlag, barrierGeneration } from "./emitProgram.ts";
import { command, commandSpins, field, type ProgramMessage, type WorkerData } from "./protocol.ts";

const { control, memory } = workerData as WorkerData;
const programs = new Map<number, { readonly run: (thread: number, threads: number) => void; readonly control: number }>();
let seen = Atomics.load(control, field.sequence);
/** The thread that called is 0; workers are numbered as they come up. */
const thread = Atomics.add(control, field.ready, 1) + 1;

/** Instantiates what was posted meanwhile. */
function receive(): void {
  for (;;) {
    const received = receiveMessageOnPort(parentPort as NonNullable<typeof parentPort>);
    if (received === undefined) return;
    const { id, module, controlAddress } = received.message as ProgramMessage;
    if (module === null) programs.delete(id);
    else {
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      programs.set(id, { run: exports.run as (thread: number, threads: number) => void, control: controlAddress });
    }
  }
}

function takePart(): void {
  const threads = Atomics.load(control, field.threads);
  if (thread >= threads) return;
  const id = Atomics.load(control, field.program);
  if (!programs.has(id)) receive();
  const program = programs.get(id);
  if (program === undefined) throw new Error(`program ${id} was not posted`);
  try {
    program.run(thread, threads);
  } catch (error) {
    // The others wait at a barrier for this thread: they must not wait for ever.
    const words = new Int32Array(memory.buffer, program.control);
    Atomics.store(words, abortFlag / 4, 1);
    Atomics.add(words, barrierGeneration / 4, 1);
    Atomics.notify(words, barrierGeneration / 4);
    throw error;
  }
}

for (;;) {
  for (let i = 0; i < commandSpins && Atomics.load(control, field.sequence) === seen; i++);
  Atomics.wait(control, field.sequence, seen);
  seen = Atomics.load(control, field.sequence);
  if (Atomics.load(control, field.command) === command.stop) break;
  takePart();
}
