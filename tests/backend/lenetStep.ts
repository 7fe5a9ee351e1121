// A small training step for profiles.
import { models, nn, optim, train } from "../../src/index.ts";

export const batchSize = 8;
const indices = Int32Array.from({ length: batchSize }, (_, i) => i);

/** A training step of a network with the same first weights each time, and what it learns. */
export function lenetStep() {
  const net = models.lenet();
  let at = 0;
  for (const parameter of net.parameters())
    parameter.write(Float32Array.from({ length: parameter.numel }, () => 0.1 * Math.sin(at++)));
  const images = Uint8Array.from({ length: batchSize * 784 }, (_, i) => (i * 37) % 256);
  const step = new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 }),
    loss: nn.functional.crossEntropy,
    data: train.resident({
      ...{ name: "test", images, labels: Uint8Array.from(indices), length: batchSize },
      ...{ imageShape: [1, 28, 28], classes: Array.from({ length: 10 }, (_, i) => String(i)) },
    }),
    ...{ classes: 10, totals: new train.Totals(), batchSize },
  });
  const weights = async () => {
    const all = await Promise.all(net.parameters().map((parameter) => parameter.data()));
    return all.map((values) => [...values]);
  };
  return { run: () => step.run(indices), weights };
}
