// Two networks that differ in one thing: how they learn, what their activations are, and how gradients reach their layers.
import { autograd, crossEntropy, nn, noGrad, relu, Tensor } from "../../../../src/index.ts";
import {
  Block,
  type Difference,
  makePair,
  type Pair,
  type PairSettings,
} from "../compared/networks.ts";
import { forget, openSession, type PairPoint, sessionOf, someBatch } from "../compared/session.ts";
import { readAll } from "../readAll.ts";

/** Settings, and a number that grows whenever the networks have changed, so that it is asked anew. */
export interface PairQuestion {
  readonly pair: PairSettings;
  readonly version: number;
}

/** What the training has shown so far. */
export function pairPoints({ pair }: { readonly pair: PairSettings }): readonly PairPoint[] {
  return [...sessionOf(pair).points];
}

export interface PairProgress {
  readonly share: number;
  readonly point: PairPoint | null;
}

/** Trains both networks from where they stand; all points so far. */
export async function pairTrain(
  { pair, epochs }: { readonly pair: PairSettings; readonly epochs: number },
  tell: (event: PairProgress) => void,
): Promise<readonly PairPoint[]> {
  const session = sessionOf(pair);
  await session.train(epochs, (share, point) => tell({ share, point }));
  return [...session.points];
}

interface Which {
  readonly difference: Difference;
}

export async function pairStop({ difference }: Which): Promise<void> {
  await openSession(difference)?.stop();
}

export function pairHold({ difference, isHeld }: Which & { readonly isHeld: boolean }): void {
  openSession(difference)?.hold(isHeld);
}

export function pairForget({ difference }: Which): void {
  forget(difference);
}

/** Copies of both networks as they are now: what is done with them leaves training alone. */
export function copiesOf(pair: PairSettings): Pair<nn.Sequential> {
  const { nets } = sessionOf(pair);
  const copies = makePair(pair);
  for (const side of [0, 1] as const) copies[side].loadStateDict(nets[side].stateDict());
  return copies;
}

/** Length of the loss's gradient for the weights of each convolution, first to last. */
export async function pairGradients({ pair }: PairQuestion): Promise<Pair<number[]>> {
  const { x, labels } = await someBatch(0, 64);
  const lengths = async (net: nn.Module): Promise<number[]> => {
    const weights = net
      .modules()
      .filter((module) => module instanceof nn.Conv2d)
      .map(({ weight }) => weight);
    const gradients = autograd.grad(crossEntropy(net.forward(x), labels), weights);
    const norms = await readAll(gradients.map((gradient) => gradient.norm()));
    return norms.map(([norm = 0]) => norm);
  };
  const [plain, other] = copiesOf(pair);
  return [await lengths(plain), await lengths(other)];
}

export interface BlockMaps {
  /** One channel: what goes in, what the block computes from it, their sum, and what comes out. */
  readonly x: Float32Array;
  readonly g: Float32Array;
  readonly sum: Float32Array;
  readonly output: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Largest difference between the block's output and relu(x + g), over all channels. */
  readonly difference: number;
}

/** The parts of a residual block for one picture. */
export async function residualMaps({
  pair,
  pixels,
  block,
  channel,
}: PairQuestion & {
  readonly pixels: Float32Array;
  readonly block: number;
  readonly channel: number;
}): Promise<BlockMaps> {
  const [, net] = copiesOf(pair);
  const chosen = net.modules().filter((module) => module instanceof Block)[block] as Block;
  let x: Tensor | undefined;
  let g: Tensor | undefined;
  let output: Tensor | undefined;
  noGrad(() =>
    nn.withForwardHook(
      (call) => {
        if (call.module === chosen) [x, output] = [call.inputs[0], call.output];
        if (call.module === chosen.conv2) g = call.output;
      },
      () => net.forward(Tensor.from(pixels, { shape: [1, 1, 28, 28] })),
    ),
  );
  if (x === undefined || g === undefined || output === undefined)
    throw new Error("the block was not called");
  const sum = x.add(g);
  const apart = relu(sum).sub(output).abs().amax();
  const maps = [x, g, sum, output].map((all) => all.select(1, channel));
  const [, , height = 0, width = 0] = x.shape;
  const [xMap, gMap, sumMap, outputMap, difference] = (await readAll([...maps, apart])) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return {
    ...{ x: xMap, g: gMap, sum: sumMap, output: outputMap, width, height },
    difference: difference[0] as number,
  };
}
