// Training on the images that a sampler chooses.
import { expect, test } from "vitest";
import { balancedSampler, fromArrays, subset } from "../../src/data/index.ts";
import { Flatten, Linear, Sequential } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import type { Parameter } from "../../src/tensor/index.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { type History, fit as train } from "../../src/train/index.ts";
import "../../src/index.ts";

/** Images of one pixel: 30 dark ones of class 0, 3 light ones of class 1. */
const labels = Array.from({ length: 33 }, (_, i) => (i % 11 === 0 ? 1 : 0));
const images = labels.map((label, i) => [label * 200 + (i % 5)]);
const data = fromArrays(images, labels, { imageShape: [1, 1, 1] });

const options = { optimizer: sgd({ lr: 0.5 }), batchSize: 8, seed: 3 };

async function trained(more: Partial<Parameters<typeof train>[1]>): Promise<[History, number[]]> {
  manualSeed(0);
  const net = new Sequential(new Flatten(), new Linear(1, 2));
  const history = await train(net, { ...options, data, epochs: 2, ...more });
  return [history, [...(await (net.parameters()[0] as Parameter).data())]];
}

test("an epoch has the images of the sampler, in its order", async () => {
  const sampler = balancedSampler(data, { numSamples: 20 });
  const [history, weights] = await trained({ sampler });
  // Three batches of at most 8.
  expect(history.step).toBe(6);
  expect(await trained({ sampler })).toMatchObject([{ step: 6 }, weights]);
  // The same images in the same order without a sampler: one epoch each.
  const order = Array.from(sampler.order({ seed: 3, epoch: 0 }));
  const chosen = subset(data, order);
  const [, once] = await trained({ sampler, epochs: 1 });
  const [, plain] = await trained({ data: chosen, shuffle: false, epochs: 1 });
  expect(once).toEqual(plain);
});

test("a sampler and shuffling are one too many", async () => {
  const sampler = balancedSampler(data);
  await expect(trained({ sampler, shuffle: true })).rejects.toThrow(
    "fit: shuffle and sampler both say the order",
  );
});
