// Networks by name, for the command line and for checkpoints, which store the name and the options.
import { checkSize } from "../nn/checks.ts";
import { type Module, Sequential, type Size2d, Upsample } from "../nn/index.ts";
import { nearest, OptionError } from "../tensor/errors.ts";
import { alexnet } from "./alexnet.ts";
import { densenet, densenet121 } from "./densenet.ts";
import { type FromTextOptions, fromText } from "./fromText.ts";
import { googlenet } from "./googlenet.ts";
import { lenet } from "./lenet.ts";
import { mobilenetV2 } from "./mobilenetV2.ts";
import { nin } from "./nin.ts";
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from "./resnet.ts";
import { squeezenet } from "./squeezenet.ts";
import { vgg11, vgg13, vgg16, vgg19 } from "./vgg.ts";

export * from "./alexnet.ts";
export * from "./densenet.ts";
export * from "./fromText.ts";
export * from "./googlenet.ts";
export * from "./lenet.ts";
export * from "./mobilenetV2.ts";
export * from "./nin.ts";
export type { ImageModelOptions, ModelForm, SizedModelOptions } from "./options.ts";
export * from "./resnet.ts";
export * from "./squeezenet.ts";
export * from "./vgg.ts";

/** What is known of a network without building it. */
export interface ModelEntry {
  create(options?: Readonly<Record<string, unknown>>): Module;
  /** Shape of one image it is made for, `[channels, height, width]`. */
  readonly inputShape: readonly [number, number, number];
  readonly about: string;
  /**
   * How it comes to images of another size: "any" takes them as they are, "option" is built for them by its option
   * `inputSize`, "fixed" takes its own size only.
   */
  readonly sizes: "any" | "option" | "fixed";
}

function entry(
  create: (options?: never) => Module,
  inputShape: ModelEntry["inputShape"],
  about: string,
  sizes: ModelEntry["sizes"] = "any",
): ModelEntry {
  // Options come from outside; each network checks its own.
  return { create: create as ModelEntry["create"], inputShape, about, sizes };
}

/** All networks by name, with the input they are made for in the textbook. */
export const models: Readonly<Record<string, ModelEntry>> = {
  lenet: entry(lenet, [1, 28, 28], "LeNet-5 (LeCun et al. 1998), 61,706 parameters", "fixed"),
  alexnet: entry(
    alexnet,
    [1, 224, 224],
    "AlexNet (Krizhevsky et al. 2012), 46,764,746 parameters",
    "option",
  ),
  vgg11: entry(
    vgg11,
    [1, 224, 224],
    "VGG-11 (Simonyan & Zisserman 2014), 128,806,154 parameters",
    "option",
  ),
  vgg13: entry(vgg13, [1, 224, 224], "VGG-13, 128,990,666 parameters", "option"),
  vgg16: entry(vgg16, [1, 224, 224], "VGG-16, 134,300,362 parameters", "option"),
  vgg19: entry(vgg19, [1, 224, 224], "VGG-19, 139,610,058 parameters", "option"),
  nin: entry(nin, [1, 224, 224], "Network in network (Lin et al. 2013), 1,992,166 parameters"),
  googlenet: entry(googlenet, [1, 96, 96], "GoogLeNet (Szegedy et al. 2014), 5,977,530 parameters"),
  resnet18: entry(resnet18, [1, 96, 96], "ResNet-18 (He et al. 2015), 11,178,378 parameters"),
  resnet34: entry(resnet34, [1, 96, 96], "ResNet-34"),
  resnet50: entry(resnet50, [1, 96, 96], "ResNet-50"),
  resnet101: entry(resnet101, [1, 96, 96], "ResNet-101"),
  resnet152: entry(resnet152, [1, 96, 96], "ResNet-152"),
  densenet: entry(densenet, [1, 96, 96], "DenseNet (Huang et al. 2016), 758,226 parameters"),
  densenet121: entry(densenet121, [1, 224, 224], "DenseNet-121"),
  mobilenetV2: entry(mobilenetV2, [1, 224, 224], "MobileNetV2 (Sandler et al. 2018)"),
  squeezenet: entry(squeezenet, [1, 224, 224], "SqueezeNet 1.1 (Iandola et al. 2016)"),
};

/**
 * Builds a network by name; "text" is a network written as text ({@link fromText}).
 * @param options the network's own, and for all networks imageSize: height and width of the images; inputSize: height
 *                and width that the network sees (default: what it is made for). Where the two differ, a layer in
 *                front resizes the images, as the textbook does
 * @throws OptionError for an unknown name or option, or a size that the network cannot take
 * @example createModel("lenet", { numClasses: 10 }).parameters().length // 10
 */
export function createModel(name: string, options: Readonly<Record<string, unknown>> = {}): Module {
  if (name === "text") return ownModel(options);
  const known = Object.hasOwn(models, name) ? models[name] : undefined;
  if (known === undefined) {
    const near = nearest(name, Object.keys(models));
    throw new OptionError(`createModel: unknown model "${name}"`, {
      facts: [{ name: "known", value: Object.keys(models).join(", ") }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  const { imageSize, inputSize, ...own } = options;
  const wanted = wantedSize(name, known, inputSize);
  const isOption = known.sizes === "option" && inputSize !== undefined;
  return resizedTo(wanted, imageSize, known.create(isOption ? { ...own, inputSize } : own));
}

/** A network that was written as text is made for its own images: only where it says what it sees are others resized. */
function ownModel(options: Readonly<Record<string, unknown>>): Module {
  const { imageSize, inputSize, ...text } = options;
  const network = fromText(text as unknown as FromTextOptions);
  if (inputSize === undefined) return network;
  return resizedTo(checkSize("text", "inputSize", inputSize as Size2d), imageSize, network);
}

/** With a layer in front that resizes the images, if they have another size than the network sees. */
function resizedTo(wanted: readonly [number, number], imageSize: unknown, network: Module): Module {
  if (imageSize === undefined) return network;
  const [height, width] = checkSize("createModel", "imageSize", imageSize as Size2d);
  if (height === wanted[0] && width === wanted[1]) return network;
  const resize = new Upsample({ size: wanted, mode: "bilinear" });
  return new Sequential({ resize, network });
}

/** Height and width that the network is to see. */
function wantedSize(name: string, known: ModelEntry, inputSize: unknown): [number, number] {
  const [, ownHeight, ownWidth] = known.inputShape;
  if (inputSize === undefined) return [ownHeight, ownWidth];
  if (!(Number.isSafeInteger(inputSize) && (inputSize as number) >= 1)) {
    throw new OptionError(
      `${name}: inputSize must be a whole number of at least 1, got ${String(inputSize)}`,
    );
  }
  if (known.sizes === "fixed" && (inputSize !== ownHeight || inputSize !== ownWidth)) {
    throw new OptionError(`${name}: inputSize is ${inputSize}, and this network has one size`, {
      facts: [{ name: "size", value: `${ownHeight} x ${ownWidth}` }],
      hint: "leave inputSize out: with imageSize, images of other sizes are resized",
    });
  }
  return [inputSize as number, inputSize as number];
}
