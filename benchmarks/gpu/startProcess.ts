// The first training step of a process that has just been started: node startProcess.ts --model resnet18 --batch 128. Prints
// when it got how far, in milliseconds since its start.
import { models, openGpu, setBackend, type train } from "../../src/index.ts";
import { Totals } from "../../src/train/index.ts";
import { argument } from "../serve.ts";
import { compiledStep } from "../training.ts";

const loadedMs = performance.now();
const software = argument("software", "off") === "on";
const model = argument("model", "resnet18");
const batch = Number(argument("batch", "128"));
const size = Number(argument("size", "96"));

await openGpu({ software });
setBackend("webgpu");
const openMs = performance.now();
const images = new Uint8Array(batch * size * size).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
const set = {
  name: "noise",
  images,
  labels: Uint8Array.from({ length: batch }, (_, i) => i % 10),
  imageShape: [1, size, size] as const,
  length: batch,
  classes: Array.from({ length: 10 }, (_, i) => String(i)),
};
const totals: train.Totals = new Totals();
const step = compiledStep(models.createModel(model), set, batch, { lr: 1e-3, totals });
const plannedMs = performance.now();
step.run(Int32Array.from({ length: batch }, (_, i) => i));
const { lossSum } = await totals.read();
const doneMs = performance.now();
const found = { loadedMs, openMs, plannedMs, doneMs, loss: lossSum / batch };
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
