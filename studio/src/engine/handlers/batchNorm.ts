// Batch normalisation seen from inside: how wide activations are spread, and what one channel goes through.
import { nn, noGrad, type Tensor } from "../../../../src/index.ts";
import { pairChannels } from "../compared/channels.ts";
import type { Pair } from "../compared/networks.ts";
import { someBatch } from "../compared/session.ts";
import { readAll } from "../readAll.ts";
import { copiesOf, type PairQuestion } from "./compared.ts";

/** What an activation function of one layer is given, for some pictures. */
export interface Spread {
  /** Of the values of one channel, the mean square over the channels. */
  readonly std: number;
  /** Share of the values in each bin, from −range to range. */
  readonly shares: readonly number[];
}

export interface Spreads {
  readonly range: number;
  /** Of each network, by layer. */
  readonly spreads: Pair<readonly Spread[]>;
}

const bins = 61;
/** Pictures whose activations are looked at. */
const pictures = 64;

/** Distribution of what enters each ReLU, in training mode, on 64 pictures. */
export async function activationSpreads({ pair }: PairQuestion): Promise<Spreads> {
  const { x } = await someBatch(0, pictures);
  const values = (net: nn.Module): Promise<Float32Array[]> => readAll(inputsOf(net, nn.ReLU, x));
  const [plain, normed] = copiesOf(pair);
  const both = [await values(plain), await values(normed)];
  const moments = both.map((layers) =>
    layers.map((layer) => spreadInChannels(layer, pairChannels.normalisation)),
  );
  const widest = Math.max(...both.flat().map((layer) => momentsOf(layer).std));
  const range = 3.5 * widest;
  const spreads = both.map((layers, side) =>
    layers.map((layer, i) => ({
      std: moments[side]?.[i] as number,
      shares: sharesOf(layer, range),
    })),
  );
  return { range, spreads: spreads as unknown as Pair<Spread[]> };
}

export interface ChannelSteps {
  /** Of the batch that is shown: what one number of the channel becomes. */
  readonly x: number;
  readonly mean: number;
  /** As in the formula, over the number of values. */
  readonly variance: number;
  readonly gamma: number;
  readonly beta: number;
  readonly eps: number;
  readonly trained: number;
  /** The same number in evaluation, with running statistics after all batches. */
  readonly evaluated: number;
  /** How many values of the channel a batch has. */
  readonly count: number;
  /** Batch by batch. */
  readonly batchMeans: readonly number[];
  readonly batchVariances: readonly number[];
  /** Before the first batch, and after each. */
  readonly runningMeans: readonly number[];
  readonly runningVariances: readonly number[];
}

/** Pictures in a batch; batches that are shown. */
const batchSize = 32;
const batches = 24;

/** One channel of one batch normalisation, batch after batch, from fresh running statistics. */
export async function channelSteps({
  pair,
  layer,
  channel,
  momentum,
}: PairQuestion & {
  readonly layer: number;
  readonly channel: number;
  readonly momentum: number;
}): Promise<ChannelSteps> {
  const [, net] = copiesOf(pair);
  const own = net.modules().filter((module) => module instanceof nn.BatchNorm2d)[layer];
  if (own?.weight == null || own.bias === null) throw new Error("there is no such layer");
  const gamma = own.weight.select(0, channel);
  const beta = own.bias.select(0, channel);
  const one = new nn.BatchNorm2d(1, { momentum });
  one.loadStateDict(
    new Map([
      ["weight", gamma.reshape([1])],
      ["bias", beta.reshape([1])],
    ]),
    { strict: false },
  );
  const [batchMeans, batchVariances]: [number[], number[]] = [[], []];
  const [runningMeans, runningVariances] = [
    [await first(one.runningMean)],
    [await first(one.runningVar)],
  ];
  let shown: Tensor | null = null;
  let count = 0;
  let trained = 0;
  for (let batch = 0; batch < batches; batch++) {
    const { x } = await someBatch(batch * batchSize, batchSize);
    const input = (inputsOf(net, nn.BatchNorm2d, x)[layer] as Tensor).narrow(1, channel, 1);
    const values = await input.data();
    count = values.length;
    const { mean, std } = momentsOf(values);
    batchMeans.push(mean);
    batchVariances.push(std ** 2);
    const y = noGrad(() => one.forward(input));
    shown = input;
    trained = await first(y);
    runningMeans.push(await first(one.runningMean));
    runningVariances.push(await first(one.runningVar));
  }
  const input = shown as Tensor;
  one.eval();
  return {
    x: await first(input),
    mean: batchMeans.at(-1) as number,
    variance: batchVariances.at(-1) as number,
    gamma: await gamma.item(),
    beta: await beta.item(),
    eps: one.eps,
    trained,
    evaluated: await first(noGrad(() => one.forward(input))),
    count,
    ...{ batchMeans, batchVariances, runningMeans, runningVariances },
  };
}

/** What all layers of a kind are given, in training mode. */
function inputsOf(
  net: nn.Module,
  Kind: typeof nn.ReLU | typeof nn.BatchNorm2d,
  x: Tensor,
): Tensor[] {
  const inputs: Tensor[] = [];
  noGrad(() =>
    nn.withForwardHook(
      ({ module, inputs: [input] }) => {
        if (module instanceof Kind && input !== undefined) inputs.push(input);
      },
      () => net.forward(x),
    ),
  );
  return inputs;
}

async function first(x: Tensor | null): Promise<number> {
  return (await x?.data())?.[0] as number;
}

interface Moments {
  readonly mean: number;
  readonly std: number;
}

function momentsOf(values: ArrayLike<number>): Moments {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length) };
}

/** How far values of images `[batch, channels, height, width]` lie from their channel's mean: root of the mean square. */
function spreadInChannels(values: Float32Array, channels: number): number {
  const area = values.length / pictures / channels;
  let squares = 0;
  for (let channel = 0; channel < channels; channel++) {
    const own = new Float32Array(pictures * area);
    for (let picture = 0; picture < pictures; picture++) {
      const start = (picture * channels + channel) * area;
      own.set(values.subarray(start, start + area), picture * area);
    }
    squares += momentsOf(own).std ** 2;
  }
  return Math.sqrt(squares / channels);
}

function sharesOf(values: Float32Array, range: number): number[] {
  const shares = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value + range) / (2 * range)) * bins);
    // What lies beyond is in the outermost bins.
    const at = Math.min(bins - 1, Math.max(0, bin));
    shares[at] = (shares[at] as number) + 1 / values.length;
  }
  return shares;
}
