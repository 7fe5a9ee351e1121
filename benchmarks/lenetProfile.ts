// Where a training step of LeNet at batch 256 goes, kernel by kernel; the number of threads may follow:
// node scripts/start.mjs benchmarks/lenetProfile.ts 1
import "../scripts/quietPipe.ts";
import { inspect, setBackend } from "../src/index.ts";
import { syntheticStep } from "./training.ts";

const threads = Number(process.argv[2] ?? 1);
setBackend(process.env.FOVEA_BACKEND ?? "wasm", { threads });
const batchSize = 256;
const step = syntheticStep(batchSize);
const indices = Int32Array.from({ length: batchSize }, (_, i) => i);
const profile = await inspect.profile(() => step.run(indices), { runs: 41, warmup: 60 });
console.log(inspect.formatProfile(profile));
