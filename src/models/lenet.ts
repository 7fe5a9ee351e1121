// LeNet-5, the network that read handwritten digits in 1998, in the form that textbooks train today.
import {
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
} from "../nn/index.ts";
import { OptionError } from "../tensor/errors.ts";
import { xavierStart } from "./features.ts";
import { checkModelOptions, type ImageModelOptions } from "./options.ts";

export interface LenetOptions extends ImageModelOptions {
  /** After each hidden layer: "sigmoid" (default) or "relu". */
  readonly activation?: "sigmoid" | "relu";
  /** After each convolution: "avg" (default) or "max". */
  readonly pooling?: "avg" | "max";
  /** Batch normalisation before each activation (default false). */
  readonly batchNorm?: boolean;
}

/**
 * LeNet-5 for images of 28 × 28 pixels: two convolutions with average pooling, three dense layers,
 * sigmoids between. 61,706 parameters with the default options; Xavier uniform weights. With `batchNorm`, and as
 * today's textbooks change it with `activation: "relu"` and `pooling: "max"`, it learns in fewer epochs.
 *
 * Input NCHW `[batch, inChannels, 28, 28]`, output `[batch, numClasses]` (logits).
 *
 * @param options inChannels (1), numClasses (10), activation, pooling, batchNorm
 * @throws OptionError for unknown options or impossible numbers
 * @example lenet().forward(Tensor.zeros([1, 1, 28, 28])).shape // [1, 10]
 * @see LeCun et al. 1998, "Gradient-based learning applied to document recognition"; the Gaussian
 *      output layer is replaced by a plain dense one, as in Zhang et al., "Dive into Deep Learning", section 7.6
 */
export function lenet(options: LenetOptions = {}): Sequential {
  const { activation = "sigmoid", pooling = "avg", batchNorm = false, ...counts } = options;
  checkChoice("activation", activation, ["sigmoid", "relu"]);
  checkChoice("pooling", pooling, ["avg", "max"]);
  const known = ["inChannels", "numClasses", "activation", "pooling", "batchNorm"];
  checkModelOptions("lenet", counts, known);
  const { inChannels = 1, numClasses = 10 } = counts;
  const act = (): Module => (activation === "relu" ? new ReLU() : new Sigmoid());
  const pool = (): Module => (pooling === "max" ? new MaxPool2d(2) : new AvgPool2d(2));
  const conv = (norm: number): Module[] => (batchNorm ? [new BatchNorm2d(norm)] : []);
  const dense = (norm: number): Module[] => (batchNorm ? [new BatchNorm1d(norm)] : []);
  // With PyTorch's default weights the sigmoids keep the signal so small that training stands still for epochs.
  // biome-ignore format: one stage a line
  return xavierStart(new Sequential(
    new Conv2d(inChannels, 6, 5, { padding: 2 }), ...conv(6), act(), pool(),
    new Conv2d(6, 16, 5), ...conv(16), act(), pool(), new Flatten(),
    new Linear(400, 120), ...dense(120), act(), new Linear(120, 84), ...dense(84), act(), new Linear(84, numClasses),
  ));
}

function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new OptionError(`lenet: there is no ${name} "${value}"`, {
    facts: [{ name: "known", value: known.join(", ") }],
  });
}
