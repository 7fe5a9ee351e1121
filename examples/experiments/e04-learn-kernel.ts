// E4: gradient descent finds the kernel that turns X into Y.
import { corr2d, manualSeed, nn, optim, Tensor } from "../../src/index.ts";
import { type Experiment, holds, show } from "./experiment.ts";

/** Squared error after each report, one every two steps, while a layer learns to find edges. */
async function learn(layer: nn.Conv2d, lr: number, steps: number): Promise<number[]> {
  const image = Tensor.from([1, 1, 0, 0, 0, 0, 1, 1]).expand(6, 8);
  const x = image.reshape(1, 1, 6, 8);
  const y = corr2d(image, Tensor.from([[1, -1]])).reshape(1, 1, 6, 7);
  const optimizer = new optim.SGD(layer.parameters(), { lr });
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const loss = layer.forward(x).sub(y).square().sum();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (step % 2 === 0) losses.push(await loss.item());
  }
  return losses;
}

const falls = (losses: readonly number[]) =>
  losses.every((x, i) => i === 0 || x < (losses[i - 1] as number));
const near = (kernel: readonly number[], tolerance: number) =>
  kernel.length === 2 && [1, -1].every((x, i) => Math.abs(x - (kernel[i] as number)) < tolerance);

export const experiment: Experiment = {
  id: "E4",
  title: "learn the edge kernel from images",
  async run() {
    manualSeed(1); // How near it comes in so few steps depends on where it starts.
    const biased = new nn.Conv2d(1, 1, [1, 2]);
    const lossesA = await learn(biased, 0.01, 20);
    const kernelA = await biased.weight.flatten().array();
    const bias = await (biased.bias as Tensor).array();
    const plain = new nn.Conv2d(1, 1, [1, 2], { bias: false });
    const lossesB = await learn(plain, 0.03, 10);
    const kernelB = await plain.weight.flatten().array();
    return {
      checks: [
        holds("losses with bias, lr 0.01", lossesA, "falling", falls(lossesA)),
        holds("kernel after 20 steps", kernelA, "within 0.11 of [1, -1]", near(kernelA, 0.11)),
        holds("bias", bias, "within 0.05 of 0", Math.abs(bias[0]) < 0.05),
        holds("losses without bias, lr 0.03", lossesB, "falling", falls(lossesB)),
        holds("kernel after 10 steps", kernelB, "within 0.05 of [1, -1]", near(kernelB, 0.05)),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
