// Steps of LeNet from a fixed start on fixed pictures: what must have the same bits wherever one backend computes it
// with the same instructions.
import { models, nn, optim, type Tensor, train } from "../../src/index.ts";
import { syntheticDataset } from "./synthetic.ts";

const set = syntheticDataset(1024);

/** All parameters after so many steps, on the backend in use. */
export async function lenetSteps(steps = 50): Promise<number[][]> {
  const net = models.lenet();
  fillFixed(net);
  const step = new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.5, momentum: 0.9 }),
    loss: nn.functional.crossEntropy,
    data: train.resident(set),
    classes: 10,
    totals: new train.Totals(),
    batchSize: 128,
  });
  for (let i = 0; i < steps; i++) {
    // A pause now and then lets the workers come up: some steps run on fewer threads than others.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    step.run(Int32Array.from({ length: 128 }, (_, k) => (i * 128 + k * 7) % 1024));
  }
  return Promise.all(net.parameters().map(async (p: Tensor) => Array.from(await p.data())));
}

/** The same start for every run. */
function fillFixed(net: nn.Module): void {
  let i = 0;
  for (const parameter of net.parameters()) {
    const values = new Float32Array(parameter.numel).map(() => Math.sin(i++ * 12.9898) * 0.2);
    parameter.write(values);
  }
}
