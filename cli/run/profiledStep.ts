// A step of a new network on made-up images, for those who want to know what it costs.
import { type data, models, nn, noGrad, optim, Tensor, train } from "../../src/index.ts";
import type { GroupValues } from "../options.ts";

export interface StepRequest {
  readonly "batch-size": number;
  readonly "input-size": number | undefined;
  readonly "num-classes": number;
  readonly model: GroupValues;
  /** Forward only. */
  readonly infer: boolean;
}

export interface ProfiledStep {
  readonly step: () => void;
  /** [batch, channels, height, width] */
  readonly inputShape: readonly number[];
}

/** The step of a network by its name. */
export function profiledStep(name: string, request: StepRequest): ProfiledStep {
  const { "batch-size": batchSize, "num-classes": numClasses, infer } = request;
  const { net, imageShape } = networkOf(name, request);
  const inputShape = [batchSize, ...imageShape];
  if (infer) {
    net.eval();
    // Made before: they are no part of the step.
    const x = Tensor.rand(inputShape).realize();
    return { step: () => noGrad(() => void net.forward(x).realize()), inputShape };
  }
  const set = madeUpImages(batchSize, imageShape, numClasses);
  const step = new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr: 0.01 }),
    loss: nn.functional.crossEntropy,
    data: train.resident(set),
    classes: numClasses,
    totals: new train.Totals(),
    batchSize,
  });
  const indices = Int32Array.from({ length: batchSize }, (_, i) => i);
  return { step: () => step.run(indices), inputShape };
}

/** A new network, and the shape of its images. */
export function networkOf(
  name: string,
  request: Pick<StepRequest, "input-size" | "num-classes" | "model">,
): { readonly net: nn.Module; readonly imageShape: [number, number, number] } {
  const { "input-size": inputSize, "num-classes": numClasses, model } = request;
  const [channels, ...own] = (models.models[name] as models.ModelEntry).inputShape;
  const sized = inputSize === undefined ? {} : { inputSize };
  const net = models.createModel(name, { numClasses, ...model, ...sized });
  const [height, width] = inputSize === undefined ? own : [inputSize, inputSize];
  return { net, imageShape: [Number(model.inChannels ?? channels), height, width] };
}

/** As many images as a batch has, with bytes that look like noise. */
function madeUpImages(
  length: number,
  imageShape: [number, number, number],
  numClasses: number,
): data.ImageDataset {
  const [channels, height, width] = imageShape;
  const images = new Uint8Array(length * channels * height * width);
  for (let i = 0; i < images.length; i++) images[i] = Math.imul(i, 0x9e3779b1) >>> 24;
  return {
    ...{ name: "made up", images, imageShape, length },
    labels: Uint8Array.from({ length }, (_, i) => i % Math.min(numClasses, 256)),
    classes: Array.from({ length: numClasses }, (_, i) => String(i)),
  };
}
