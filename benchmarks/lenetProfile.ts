// Where a training step of LeNet at batch 256 goes, kernel by kernel on one thread:
// node scripts/start.mjs benchmarks/lenetProfile.ts
import "../scripts/quietPipe.ts";
import { setBackend } from "../src/index.ts";
import { syntheticStep } from "./training.ts";

setBackend("wasm", { threads: 1 });
const batchSize = 256;
const step = syntheticStep(batchSize);
const indices = Int32Array.from({ length: batchSize }, (_, i) => i);
for (let i = 0; i < 60; i++) step.run(indices);

const runs = Array.from({ length: 41 }, () => step.profile(indices));
const rows = (runs[0] ?? []).map(({ name, flops }, kernel) => {
  const sorted = runs.map((run) => run[kernel]?.ms ?? 0).sort((a, b) => a - b);
  return { name, flops, ms: sorted[sorted.length >> 1] as number };
});
for (const { name, flops, ms } of rows) {
  if (ms >= 0.005)
    console.log(`${name.padEnd(20)} ${ms.toFixed(3)} ms  ${(flops / ms / 1e6).toFixed(1)} GFLOP/s`);
}
const total = rows.reduce((sum, { ms }) => sum + ms, 0);
console.log(`${"sum".padEnd(20)} ${total.toFixed(2)} ms in ${rows.length} kernels`);
