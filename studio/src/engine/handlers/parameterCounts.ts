// How many numbers a dense layer and a convolution learn for the same picture.
import { nn } from "../../../../src/index.ts";

export interface LayerChoice {
  /** Height and width of the picture. */
  readonly size: number;
  readonly channels: number;
  /** Of the dense layer. */
  readonly units: number;
  /** Of the convolution. */
  readonly outChannels: number;
  readonly kernelSize: number;
}

/** Weights alone, without biases. The layers are only described: their numbers are never drawn. */
export function parameterCounts({ size, channels, units, outChannels, kernelSize }: LayerChoice): {
  readonly dense: number;
  readonly convolution: number;
} {
  const dense = new nn.Linear(size * size * channels, units, { bias: false });
  const convolution = new nn.Conv2d(channels, outChannels, kernelSize, { bias: false });
  return { dense: dense.weight.numel, convolution: convolution.weight.numel };
}
