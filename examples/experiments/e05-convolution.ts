// E5: mathematics flips the kernel; a layer that learns its kernel learns it flipped.
import { convolve2d, corr2d, normal, optim, Parameter, Tensor } from "../../src/index.ts";
import { type Experiment, equal, show } from "./experiment.ts";

type Operation = (x: Tensor, kernel: Tensor) => Tensor;

/** The kernel with which the operation turns x into y, found by gradient descent. */
async function learn(operation: Operation, x: Tensor, y: Tensor): Promise<number[][]> {
  const kernel = new Parameter(Tensor.zeros([2, 2]));
  const optimizer = new optim.SGD([kernel], { lr: 0.1 });
  for (let step = 0; step < 60; step++) {
    const loss = operation(x, kernel).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return kernel.array();
}

export const experiment: Experiment = {
  id: "E5",
  title: "convolution is cross-correlation with the kernel flipped",
  async run() {
    const x = Tensor.arange(9).reshape(3, 3);
    const kernel = Tensor.from([
      [0, 1],
      [2, 3],
    ]);
    const images = normal([12, 12], [0, 1]);
    const y = corr2d(images, kernel);
    const correlated = await learn(corr2d, images, y);
    const convolved = await learn(convolve2d, images, y);
    const flipped = await Tensor.from(convolved).flip(0, 1).array();
    return {
      checks: [
        equal("convolve2d(x, kernel)", await convolve2d(x, kernel).array(), [
          [5, 11],
          [23, 29],
        ]),
        equal("corr2d(x, flipped kernel)", await corr2d(x, kernel.flip(0, 1)).array(), [
          [5, 11],
          [23, 29],
        ]),
        equal(
          "kernel learned by corr2d",
          correlated,
          [
            [0, 1],
            [2, 3],
          ],
          0.01,
        ),
        equal("kernel learned by convolve2d, flipped", flipped, correlated),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
