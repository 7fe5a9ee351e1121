// In a page: programs on a worker that is up, or that fails as the page's address says.
import { failingProgram, parts, slowProgram } from "../backend/wasmParts.ts";

const asked = new URL(import.meta.url).searchParams;
const stallMs = Number(asked.get("stallMs") ?? 60_000);
const { executable, asleep, pool, buffer, memory } = parts(2, { stallMs });
const out = buffer(64);
const slow = executable(slowProgram());
const failures = new Set<string>();

function tried(run: () => void): void {
  try {
    run();
  } catch (error) {
    failures.add((error as Error).message);
  }
}

/** Has something gone wrong with the worker, and not only with a kernel on this thread? */
function hasWorkerFailed(): boolean {
  return [...failures].some((text) => text.startsWith("wasm: a worker thread"));
}

slow.run([out]);
if (!asked.has("broken")) await asleep();
const program = asked.has("broken") ? slow : executable(failingProgram());
for (let run = 0; run < 200 && !hasWorkerFailed(); run++) {
  tried(() => program.run([out]));
  await new Promise((resolve) => setTimeout(resolve, 10));
}
memory.bytes.fill(0, out.block.address, out.block.address + 64);
tried(() => slow.run([out]));

/** What was thrown, and what the last run computed. */
export default {
  maySleep: pool.maySleep,
  failures: [...failures],
  values: [...new Int32Array(memory.memory.buffer, out.block.address, 8)],
};
