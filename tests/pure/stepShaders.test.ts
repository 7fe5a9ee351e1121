// How many kernels a GPU is asked to compile before the first training step of a network can run: counted, not timed.
import { afterEach, expect, test } from "vitest";
import { RehearsalBackend } from "../../src/backend/rehearsal.ts";
import { launchesOf } from "../../src/backend/schedule.ts";
import { printKernel } from "../../src/backend/webgpu/emitKernel.ts";
import { useBackend } from "../../src/engine.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { models, nn, optim, setBackend, Tensor, train } from "../../src/index.ts";
import type { KernelProgram, Slot } from "../../src/kernel/ir.ts";

/** What webgpu is for the planner on a card. */
const card = {
  lanes: 1,
  accumulators: 8,
  unrolled: 4,
  workgroup: { members: 256, sharedBytes: 32768, busy: 2 ** 17 },
  grain: "element",
  threads: 1,
  fusedMultiplyAdd: true,
} as const;

class Programs extends RehearsalBackend {
  readonly programs: KernelProgram[] = [];

  override compile(graph: Graph, kernels: () => KernelProgram) {
    const program = kernels();
    this.programs.push(program);
    return super.compile(graph, () => program);
  }
}

/** Launches, and the shaders among them that differ, of a step of SGD. */
function shadersOf(net: nn.Module, image: readonly number[], batchSize: number) {
  const backend = new Programs(card);
  useBackend(backend);
  const images = Tensor.zeros([batchSize, ...image], { dtype: "uint8" });
  const labels = Tensor.zeros([batchSize], { dtype: "int32" });
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const totals = new train.Totals();
  const given = { data: { images, labels }, classes: 10, totals, batchSize };
  new train.TrainStep({ net, optimizer, loss: nn.functional.crossEntropy, ...given });
  const { slots, ...program } = backend.programs.at(-1) as KernelProgram;
  const launches = launchesOf({ slots, ...program });
  const codes = launches.map(({ kernel, slots: used }) => {
    const isBound = (slot: number): boolean => (slots[slot] as Slot).kind === "bound";
    const spaces = used.map((slot) => (isBound(slot) ? "heap" : "arena"));
    return printKernel(kernel, spaces).code;
  });
  return { launches: launches.length, shaders: new Set(codes).size };
}

afterEach(() => {
  setBackend("wasm", { threads: 1 });
});

// Upper bounds, as found: whoever gets below them lowers them. Winograd's filtering takes more kernels than it replaces.
test.each([
  { model: "lenet", image: [1, 28, 28], batch: 1024, launches: 67, shaders: 59 },
  { model: "resnet18", image: [1, 96, 96], batch: 128, launches: 632, shaders: 178 },
  { model: "googlenet", image: [1, 96, 96], batch: 128, launches: 704, shaders: 451 },
])("a step of $model has few shaders", ({ model, image, batch, ...bounds }) => {
  const found = shadersOf(models.createModel(model), image, batch);
  expect(found.launches).toBeLessThanOrEqual(bounds.launches);
  expect(found.shaders).toBeLessThanOrEqual(bounds.shaders);
});
