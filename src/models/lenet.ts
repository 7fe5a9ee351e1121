// LeNet-5, the network that read handwritten digits in 1998, in the form that textbooks train today.
import { AvgPool2d, Conv2d, Flatten, init, Linear, Sequential, Sigmoid } from "../nn/index.ts";
import { checkOptions } from "../tensor/errors.ts";

export interface LenetOptions {
  /** Channels of the images (default 1: grey). */
  readonly inChannels?: number;
  /** Number of classes (default 10). */
  readonly numClasses?: number;
}

/**
 * LeNet-5 for images of 28 × 28 pixels: two convolutions with average pooling, three dense layers,
 * sigmoids between. 61,706 parameters with the default options; Xavier uniform weights.
 *
 * Input NCHW `[batch, inChannels, 28, 28]`, output `[batch, numClasses]` (logits).
 *
 * @throws OptionError for unknown options or impossible numbers
 * @example lenet().forward(Tensor.zeros([1, 1, 28, 28])).shape // [1, 10]
 * @see LeCun et al. 1998, "Gradient-based learning applied to document recognition"; the Gaussian
 *      output layer is replaced by a plain dense one, as in Zhang et al., "Dive into Deep Learning", section 7.6
 */
export function lenet(options: LenetOptions = {}): Sequential {
  checkOptions("lenet", options, ["inChannels", "numClasses"]);
  const { inChannels = 1, numClasses = 10 } = options;
  // biome-ignore format: one stage a line
  const net = new Sequential(
    new Conv2d(inChannels, 6, 5, { padding: 2 }), new Sigmoid(), new AvgPool2d(2),
    new Conv2d(6, 16, 5), new Sigmoid(), new AvgPool2d(2), new Flatten(),
    new Linear(400, 120), new Sigmoid(), new Linear(120, 84), new Sigmoid(), new Linear(84, numClasses),
  );
  // With PyTorch's default weights the sigmoids keep the signal so small that training stands still for epochs.
  return net.apply((module) => {
    if (module instanceof Conv2d || module instanceof Linear) init.xavierUniform_(module.weight);
  });
}
