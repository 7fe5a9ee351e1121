// From settings to the things themselves, networks and optimizers, and from a checkpoint back to its network.
import { DataError, type data, models, type nn, optim, Tensor, train } from "../../src/index.ts";
import type { RunSettings } from "./settings.ts";

export interface ModelDescription {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Name and options of the network for this data, as a checkpoint keeps them. */
export function modelFor(
  settings: RunSettings,
  { imageShape, classes }: Pick<data.Dataset, "imageShape" | "classes">,
): ModelDescription {
  const [inChannels, ...imageSize] = imageShape;
  const { model: name, modelOptions, inputSize } = settings;
  const size = inputSize === null ? {} : { inputSize };
  const options = { ...modelOptions, inChannels, numClasses: classes.length, imageSize, ...size };
  return { name, options };
}

/** Height and width that the network of these settings sees. */
export function inputSizeOf({
  model,
  inputSize,
}: Pick<RunSettings, "model" | "inputSize">): readonly [number, number] {
  if (inputSize !== null) return [inputSize, inputSize];
  const [, height, width] = models.models[model]?.inputShape ?? [1, 28, 28];
  return [height, width];
}

/** Shape of the images that a saved network is given: it resizes them itself if it must. */
export function imageShapeOf({ name, options }: ModelDescription): [1 | 3, number, number] {
  const [channels, ...own] = models.models[name]?.inputShape ?? [1, 28, 28];
  const { inputSize, imageSize, inChannels = channels } = options;
  const side = typeof inputSize === "number" ? [inputSize, inputSize] : own;
  const [height, width] = Array.isArray(imageSize) ? (imageSize as number[]) : side;
  if ((inChannels !== 1 && inChannels !== 3) || height === undefined || width === undefined) {
    throw new DataError(`the network takes images of ${String(inChannels)} channels, not pictures`);
  }
  return [inChannels, height, width];
}

export function optimizerFactory(settings: RunSettings): optim.OptimizerFactory {
  const { optimizer, lr, momentum, weightDecay } = settings;
  if (optimizer === "sgd" || optimizer === "rmsprop")
    return optim[optimizer]({ lr, momentum, weightDecay });
  return optim[optimizer]({ lr, weightDecay });
}

/** The optimizer of a run: with a rate for each stage of the network if its settings say so. */
export function optimizerFor(settings: RunSettings, net: nn.Module): optim.Optimizer {
  const { lr, layerDecay } = settings;
  const make = optimizerFactory(settings);
  return make(
    layerDecay === 1 ? net.parameters() : optim.layerwise(net, { lr, decay: layerDecay }),
  );
}

/** How the learning rate goes, for `fit`; nothing if it stays. */
export function scheduleFor(
  settings: RunSettings,
  images: number,
): Pick<train.FitOptions, "schedule"> {
  const { schedule, epochs, batchSize, accumulate, lr } = settings;
  switch (schedule) {
    case "none":
      return {};
    case "cosine":
      return { schedule: (optimizer) => new optim.CosineAnnealingLR(optimizer, epochs) };
    case "step": {
      const third = Math.max(1, Math.ceil(epochs / 3));
      return { schedule: (optimizer) => new optim.StepLR(optimizer, third) };
    }
    case "one-cycle": {
      const totalSteps = epochs * Math.ceil(images / (batchSize * accumulate));
      // Momentum goes down while the rate goes up, where there is any.
      const cycleMomentum = settings.momentum > 0 || /^r?adam/.test(settings.optimizer);
      return {
        schedule: (optimizer) => new optim.OneCycleLR(optimizer, lr, { totalSteps, cycleMomentum }),
      };
    }
    case "plateau":
      return { schedule: (optimizer) => new optim.ReduceLROnPlateau(optimizer, { patience: 3 }) };
    default:
      return schedule satisfies never;
  }
}

/** Does the schedule follow from the number of epochs, so that it cannot change? */
export function isBoundToEpochs({ schedule }: RunSettings): boolean {
  return schedule === "cosine" || schedule === "step" || schedule === "one-cycle";
}

/** A network as it was saved, with the averages of its weights if there are any. */
export async function loadNetwork(
  path: string,
): Promise<{ readonly net: nn.Module; readonly checkpoint: train.Checkpoint }> {
  const checkpoint = await train.loadCheckpoint(path);
  const net = models.createModel(checkpoint.model.name, checkpoint.model.options);
  if (checkpoint.ema === null) {
    train.restore(net, null, checkpoint);
  } else {
    const { decay, warmUp } = checkpoint.ema.options;
    const ema = new optim.ExponentialMovingAverage(net, { decay, warmUp });
    train.restore(net, null, checkpoint, ema);
    ema.apply();
  }
  net.eval();
  return { net, checkpoint };
}

/**
 * Class probabilities of images.
 * @param pixels bytes, NCHW, for `count` images of this shape
 * @returns row-major `[count, classes]`
 */
export async function probabilities(
  net: nn.Module,
  pixels: Uint8Array,
  count: number,
  imageShape: readonly [number, number, number],
  normalize: data.transforms.Normalization | null,
): Promise<{ readonly classes: number; readonly values: Float32Array }> {
  const scaled = Float32Array.from(pixels, (value) => value / 255);
  const x = normalized(Tensor.from(scaled, { shape: [count, ...imageShape] }), normalize);
  const logits = net.forward(x);
  const values = (await logits.softmax(1).data()) as Float32Array;
  return { classes: logits.shape[1] as number, values };
}

function normalized(x: Tensor, normalize: data.transforms.Normalization | null): Tensor {
  if (normalize === null) return x;
  const column = (numbers: number | readonly number[]) =>
    Tensor.from(Float32Array.from([numbers].flat()), { shape: [[numbers].flat().length, 1, 1] });
  return x.sub(column(normalize.mean)).div(column(normalize.std));
}
