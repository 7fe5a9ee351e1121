// Training and evaluation with a loss layer instead of a function.
import { beforeAll, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { CrossEntropyLoss } from "../../src/nn/index.ts";
import { crossEntropy } from "../../src/ops/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

beforeAll(() => {
  setBackend("wasm");
});

const data = bars(24, 1);
const settings = { data, epochs: 2, batchSize: 8, seed: 5 };

it("learns the same as with the function", async () => {
  const optimizer = sgd({ lr: 0.1 });
  const [byLayer, byFunction] = [barNet(), barNet()];
  const options = { weight: Tensor.from([1, 3]), labelSmoothing: 0.1 };
  const layer = new CrossEntropyLoss(options);
  await train.fit(byLayer, { ...settings, optimizer, loss: layer });
  await train.fit(byFunction, {
    ...settings,
    optimizer,
    loss: (logits, target) => crossEntropy(logits, target, options),
  });
  const values = await valuesOf(byLayer);
  expect(values).toEqual(await valuesOf(byFunction));
  expect(values).not.toEqual(await valuesOf(barNet()));
  const { loss } = await train.evaluate(byLayer, data, { loss: layer });
  expect(loss).not.toBe((await train.evaluate(byLayer, data)).loss);
});
