// The textbook's networks as they are built: stages and blocks from the tree of modules, the inside of a block from the
// operations that a picture meets in it. Nothing is computed: shapes are known as soon as operations are recorded.
import { inspect, models, nn, noGrad, Tensor } from "../../../../src/index.ts";
import { type BlockGraph, blockGraph } from "../blockGraph.ts";
import { StudioError } from "../studioError.ts";

export const networkNames = [
  "lenet",
  "alexnet",
  "vgg11",
  "vgg16",
  "nin",
  "googlenet",
  "resnet18",
  "densenet",
  "squeezenet",
  "mobilenetV2",
] as const;
export type NetworkName = (typeof networkNames)[number];

/** Shapes are those of one picture, without the batch. */
interface Part {
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** For one picture. */
  readonly multiplyAdds: number;
}

/** A part of a stage that is looked at as one. */
export interface DrawnBlock extends Part {
  readonly path: string;
  readonly type: string;
}

/** What lies directly in the network. */
export interface DrawnStage extends Part {
  readonly path: string;
  readonly blocks: readonly DrawnBlock[];
}

export interface NetworkDrawing {
  readonly inputShape: readonly number[];
  readonly stages: readonly DrawnStage[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface SizedNetwork {
  readonly name: NetworkName;
  /** Height and width of the pictures, which have one channel. */
  readonly size: number;
}

export function networkDrawing(sized: SizedNetwork): NetworkDrawing {
  const { net, calls } = passedThrough(sized);
  const inputShape = [1, sized.size, sized.size];
  const { layers, parameters, multiplyAdds } = inspect.summary(net, [1, ...inputShape]);
  const part = (path: string, module: nn.Module): Part => ({
    outputShape: calls.find((call) => call.path === path)?.output.shape.slice(1) ?? [],
    parameters: parametersOf(module),
    multiplyAdds: layers
      .filter((layer) => layer.path === path || layer.path.startsWith(`${path}.`))
      .reduce((sum, layer) => sum + layer.multiplyAdds, 0),
  });
  const stages = Array.from(net.namedChildren(), ([path, stage]) => ({
    ...part(path, stage),
    path,
    blocks: blocksOf(path, stage).map(([own, module]) => ({
      ...part(own, module),
      path: own,
      type: module.constructor.name,
    })),
  }));
  return { inputShape, stages, parameters, multiplyAdds };
}

export interface BlockInside {
  readonly type: string;
  readonly graph: BlockGraph;
  /** Names and shapes of what is learned, if it is a single layer; otherwise empty. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** What is inside a block, and how it is connected. */
export function networkBlock({
  path,
  ...sized
}: SizedNetwork & { readonly path: string }): BlockInside {
  const { net, calls } = passedThrough(sized);
  const call = calls.find((one) => one.path === path);
  if (call === undefined) {
    throw new StudioError({
      en: `${sized.name} has no block "${path}"`,
      zh: `${sized.name} 没有块“${path}”`,
    });
  }
  const module = net.getSubmodule(path);
  const leaves = calls.filter(
    (one) => one.isLayer && (one.path === path || one.path.startsWith(`${path}.`)),
  );
  const isLayer = module.children().length === 0;
  return {
    type: module.constructor.name,
    graph: blockGraph(call, leaves),
    weights: isLayer
      ? Array.from(module.namedParameters(), ([name, { shape }]) => ({ name, shape }))
      : [],
  };
}

export interface NetworkCosts {
  readonly name: NetworkName;
  readonly size: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Weights of the first dense layer as `[out, in]`; null without dense layers. */
  readonly firstDense: readonly number[] | null;
}

/** All networks, each at the size that the textbook gives it. */
export function networkCosts(_: Record<string, never>): NetworkCosts[] {
  return networkNames.map((name) => {
    const size = models.models[name]?.inputShape[1] ?? 224;
    const net = built({ name, size });
    const { parameters, multiplyAdds } = inspect.summary(net, [1, 1, size, size]);
    const dense = net.modules().find((module) => module instanceof nn.Linear);
    return { name, size, parameters, multiplyAdds, firstDense: dense?.weight.shape ?? null };
  });
}

export interface InceptionCost {
  readonly block: Cost;
  /** One convolution with as many channels, by the size of its window. */
  readonly single: readonly (Cost & { readonly kernelSize: number })[];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** How many blocks there are. */
  readonly count: number;
}

interface Cost {
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** An Inception block of GoogLeNet beside single convolutions that give as many channels. */
export function inceptionCost({ at }: { readonly at: number }): InceptionCost {
  const { calls } = passedThrough({ name: "googlenet", size: 96 });
  const blocks = calls.filter(({ module }) => module instanceof models.Inception);
  const call = blocks[at] ?? blocks[0];
  const [x] = call?.inputs ?? [];
  if (call === undefined || x === undefined) {
    throw new StudioError({ en: "GoogLeNet has no such block", zh: "GoogLeNet 没有这个块" });
  }
  const cost = (module: nn.Module): Cost => {
    const { parameters, multiplyAdds } = inspect.summary(module, x.shape);
    return { parameters, multiplyAdds };
  };
  const [from, to] = [x.shape[1], call.output.shape[1]] as [number, number];
  return {
    block: cost(call.module),
    single: [1, 3, 5].map((kernelSize) => ({
      kernelSize,
      ...cost(new nn.Conv2d(from, to, kernelSize, { padding: (kernelSize - 1) / 2 })),
    })),
    inputShape: x.shape.slice(1),
    outputShape: call.output.shape.slice(1),
    count: blocks.length,
  };
}

function built({ name, size }: SizedNetwork): nn.Module {
  // Networks with dense layers behind their maps are made for one size; LeNet says so if it is another.
  const isMadeForSize = models.models[name]?.sizes !== "any";
  return models.createModel(name, isMadeForSize ? { inputSize: size } : {});
}

interface Call extends nn.ForwardCall {
  readonly isLayer: boolean;
}

/** The network and all calls of its modules, inner ones first. */
function passedThrough(sized: SizedNetwork): {
  readonly net: nn.Module;
  readonly calls: readonly Call[];
} {
  const net = built(sized).eval();
  const calls: Call[] = [];
  noGrad(() =>
    nn.withForwardHook(
      (call) => calls.push({ ...call, isLayer: call.module.children().length === 0 }),
      () => net.forward(Tensor.zeros([1, 1, sized.size, sized.size])),
    ),
  );
  return { net, calls };
}

/** Plain sequences are opened, everything else is a block. */
function blocksOf(path: string, module: nn.Module): [string, nn.Module][] {
  if (Object.getPrototypeOf(module) !== nn.Sequential.prototype) return [[path, module]];
  return Array.from(module.namedChildren(), ([name, child]) =>
    blocksOf(`${path}.${name}`, child),
  ).flat();
}

function parametersOf(module: nn.Module): number {
  return module.parameters().reduce((sum, { numel }) => sum + numel, 0);
}
