// Convolutions of several channels, with what each input channel adds to the sum.
import { conv2d, Generator, matmul, nn, randn, Tensor } from "../../../../src/index.ts";
import { imageOf, type Map2d, mapsOf } from "../maps.ts";

export interface MultiChannel {
  readonly inputs: readonly Map2d[];
  /** `kernels[output][input]`. */
  readonly kernels: readonly (readonly Map2d[])[];
}

export interface MultiChannelAnswer {
  readonly outputs: readonly Map2d[];
  /** `shares[output][input]`: what each input channel adds to an output. */
  readonly shares: readonly (readonly Map2d[])[];
}

/**
 * Each output channel is the sum over the input channels, each correlated with a kernel of its own.
 * @throws ShapeError if the kernels do not fit
 */
export async function multiChannel({ inputs, kernels }: MultiChannel): Promise<MultiChannelAnswer> {
  const x = imageOf(inputs);
  const weight = Tensor.from(Float32Array.from(kernels.flat(3)), {
    shape: [kernels.length, inputs.length, ...sizeOf(kernels[0]?.[0])],
  });
  const shares = kernels.map((own) =>
    Promise.all(
      own.map(async (kernel, channel) => {
        const alone = imageOf([inputs[channel] as Map2d]);
        const [share] = await mapsOf(conv2d(alone, imageOf([kernel])));
        return share as Map2d;
      }),
    ),
  );
  return { outputs: await mapsOf(conv2d(x, weight)), shares: await Promise.all(shares) };
}

function sizeOf(map: Map2d | undefined): [number, number] {
  return [map?.length ?? 0, map?.[0]?.length ?? 0];
}

export interface Pointwise {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: number;
  readonly seed: number;
}

export interface PointwiseAnswer {
  readonly inputs: readonly Map2d[];
  /** `weights[output][input]`. */
  readonly weights: Map2d;
  /** By the convolution. */
  readonly outputs: readonly Map2d[];
  /** The same as a product of matrices: `[outChannels, inChannels]` by `[inChannels, pixels]`. */
  readonly products: Map2d;
  /** Largest difference between the two. */
  readonly difference: number;
}

/** A 1 × 1 convolution of random numbers, and the matrix product that it is. */
export async function pointwise({
  inChannels,
  outChannels,
  size,
  seed,
}: Pointwise): Promise<PointwiseAnswer> {
  const generator = new Generator(seed);
  const x = randn([1, inChannels, size, size], { generator });
  const weight = randn([outChannels, inChannels], { generator });
  const y = conv2d(x, weight.reshape([outChannels, inChannels, 1, 1]));
  const product = matmul(weight, x.reshape([inChannels, size * size]));
  const difference = y
    .reshape([outChannels, size * size])
    .sub(product)
    .abs()
    .amax();
  const [[weights = []], [products = []]] = await Promise.all([
    mapsOf(weight.reshape([1, 1, outChannels, inChannels])),
    mapsOf(product.reshape([1, 1, outChannels, size * size])),
  ]);
  return {
    inputs: await mapsOf(x),
    weights,
    outputs: await mapsOf(y),
    products,
    difference: await difference.item(),
  };
}

export interface LayerSize {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
}

/** What a convolution layer learns: the shapes of its weights and biases. */
export function layerParameters({ inChannels, outChannels, kernelSize }: LayerSize): {
  readonly weight: readonly number[];
  readonly bias: readonly number[];
} {
  const { weight, bias } = new nn.Conv2d(inChannels, outChannels, kernelSize);
  return { weight: weight.shape, bias: bias?.shape ?? [] };
}
