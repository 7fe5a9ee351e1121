// Gradient descent finds the kernel that turned one picture into another. The page keeps the numbers between the steps.
import { corr2d, flip, Generator, optim, Parameter, Tensor } from "../../../../src/index.ts";

export interface LearnedKernel {
  readonly weight: readonly number[];
  /** Null in a layer without one. */
  readonly bias: number | null;
}

/** A layer before its first step: weight and bias uniform on ±1/√2, as layers of this size begin. */
export function newKernel({
  seed,
  hasBias,
}: {
  readonly seed: number;
  readonly hasBias: boolean;
}): LearnedKernel {
  const generator = new Generator(seed);
  const start = (): number => (2 * generator.uniform() - 1) / Math.SQRT2;
  const weight = [start(), start()];
  return { weight, bias: hasBias ? start() : null };
}

export interface KernelStep {
  readonly kernel: LearnedKernel;
  readonly learningRate: number;
  /** Learn through the convolution of mathematics, which flips the kernel. */
  readonly isStrict: boolean;
}

/** One step of gradient descent on the squared error, summed over the picture; the loss is that before the step. */
export async function kernelStep({
  kernel,
  learningRate,
  isStrict,
}: KernelStep): Promise<{ readonly kernel: LearnedKernel; readonly loss: number }> {
  const picture = Tensor.from([1, 1, 0, 0, 0, 0, 1, 1]).expand(6, 8);
  const edges = corr2d(picture, Tensor.from([[1, -1]]));
  const weight = new Parameter(Tensor.from([[...kernel.weight]]));
  const bias = kernel.bias === null ? null : new Parameter(Tensor.from([kernel.bias]));
  const optimizer = new optim.SGD(bias === null ? [weight] : [weight, bias], { lr: learningRate });
  const plain = corr2d(picture, isStrict ? flip(weight, [0, 1]) : weight);
  const loss = (bias === null ? plain : plain.add(bias)).sub(edges).square().sum();
  loss.backward();
  const value = await loss.item();
  optimizer.step();
  return {
    kernel: {
      weight: Array.from(await weight.data()),
      bias: bias === null ? null : ((await bias.data())[0] as number),
    },
    loss: value,
  };
}
