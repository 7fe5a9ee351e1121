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

/** Weights alone, without biases. No machine holds such a dense layer: its weights are only counted. */
export function parameterCounts({ size, channels, units, outChannels, kernelSize }: LayerChoice): {
  readonly dense: number;
  readonly convolution: number;
} {
  const convolution = new nn.Conv2d(channels, outChannels, kernelSize, { bias: false });
  return { dense: size * size * channels * units, convolution: convolution.weight.numel };
}
