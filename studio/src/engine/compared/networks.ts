// Pairs of networks that differ in one thing: batch normalisation, or connections around blocks.
import { FoveaError, manualSeed, nn, relu, type Tensor } from "../../../../src/index.ts";
import { pairChannels } from "./channels.ts";

/** What the second network of a pair has, and the first lacks. */
export type Difference = "normalisation" | "connections";
export type Start = "default" | "he";

export interface PairSettings {
  readonly difference: Difference;
  /** Layers of convolution for "normalisation", blocks of two for "connections". */
  readonly depth: number;
  /** Starting weights: the layers' own, or He's, which are larger. */
  readonly start: Start;
  readonly lr: number;
}

/** Without, and with the difference. */
export type Pair<T> = readonly [T, T];

/** Two 3 × 3 convolutions; with a connection around them, the input is added to what they give. */
export class Block extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly conv2: nn.Conv2d;
  readonly isConnected: boolean;

  constructor(channels: number, isConnected: boolean) {
    super();
    this.conv1 = new nn.Conv2d(channels, channels, 3, { padding: 1 });
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1 });
    this.isConnected = isConnected;
  }

  override forward(x: Tensor): Tensor {
    const g = this.conv2.forward(relu(this.conv1.forward(x)));
    return relu(this.isConnected ? x.add(g) : g);
  }
}

/** Both networks of a pair, from the same random numbers. */
export function makePair(settings: PairSettings): Pair<nn.Sequential> {
  const { difference, depth } = settings;
  if (!Number.isInteger(depth) || depth < 1 || depth > 20)
    throw new FoveaError(`the depth must be a whole number from 1 to 20, got ${depth}`);
  const one = (has: boolean): nn.Sequential => {
    manualSeed(1);
    const net = difference === "normalisation" ? plainStack(depth, has) : blockStack(depth, has);
    if (settings.start === "he") net.apply(startAsHe);
    return net;
  };
  return [one(false), one(true)];
}

/** The first two convolutions halve the picture: 28 × 28, 14 × 14, 7 × 7. */
function plainStack(depth: number, isNormalised: boolean): nn.Sequential {
  const channels = pairChannels.normalisation;
  const layers = Array.from({ length: depth }, (_, i) => [
    new nn.Conv2d(i === 0 ? 1 : channels, channels, 3, { padding: 1, stride: i < 2 ? 2 : 1 }),
    ...(isNormalised ? [new nn.BatchNorm2d(channels)] : []),
    new nn.ReLU(),
  ]);
  const side = depth === 1 ? 14 : 7;
  return new nn.Sequential(
    ...layers.flat(),
    new nn.Flatten(),
    new nn.Linear(channels * side ** 2, 10),
  );
}

function blockStack(depth: number, isConnected: boolean): nn.Sequential {
  const channels = pairChannels.connections;
  return new nn.Sequential(
    new nn.Conv2d(1, channels, 3, { padding: 1, stride: 2 }),
    new nn.ReLU(),
    ...Array.from({ length: depth }, () => new Block(channels, isConnected)),
    new nn.Flatten(),
    new nn.Linear(channels * 14 ** 2, 10),
  );
}

function startAsHe(module: nn.Module): void {
  if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight, { nonlinearity: "relu" });
}
