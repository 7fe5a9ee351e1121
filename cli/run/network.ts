// From names to the things themselves: data sets, networks and optimizers as the command knows them.
import { data, models, type nn, optim, Tensor, train } from "../../src/index.ts";
import type { RunSettings } from "./settings.ts";

type DataSource = (options?: data.DataOptions) => Promise<data.DataSplits>;

const datasets: Readonly<Record<string, DataSource>> = {
  "fashion-mnist": data.fashionMnist,
  "fashion-mnist-sample": (options) => data.fashionMnist({ ...options, sources: ["sample"] }),
  mnist: data.mnist,
};

export function loadData(name: string, options: data.DataOptions): Promise<data.DataSplits> {
  const load = datasets[name];
  if (load === undefined) throw new Error(`no data set ${name}`);
  return load(options);
}

/** Name and options of the network for this data, as a checkpoint keeps them. */
export function modelFor(
  name: string,
  dataset: data.ImageDataset,
): { readonly name: string; readonly options: Readonly<Record<string, unknown>> } {
  const [inChannels, ...imageSize] = dataset.imageShape;
  return { name, options: { inChannels, numClasses: dataset.classes.length, imageSize } };
}

export function optimizerFor(settings: RunSettings, net: nn.Module): optim.Optimizer {
  const { optimizer, lr, momentum, weightDecay } = settings;
  const factory =
    optimizer === "sgd"
      ? optim.sgd({ lr, momentum, weightDecay })
      : optim.adam({ lr, weightDecay });
  return factory(net.parameters());
}

/** A network as it was saved, and the names of its classes. */
export async function loadNetwork(
  path: string,
): Promise<{ readonly net: nn.Module; readonly checkpoint: train.Checkpoint }> {
  const checkpoint = await train.loadCheckpoint(path);
  const net = models.createModel(checkpoint.model.name, checkpoint.model.options);
  train.restore(net, null, checkpoint);
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
): Promise<{ readonly classes: number; readonly values: Float32Array }> {
  const scaled = Float32Array.from(pixels, (value) => value / 255);
  const logits = net.forward(Tensor.from(scaled, { shape: [count, ...imageShape] }));
  const values = (await logits.softmax(1).data()) as Float32Array;
  return { classes: logits.shape[1] as number, values };
}
