// Small tasks that a network must be able to learn.
import type { ImageDataset } from "../../src/data/dataset.ts";
import {
  Conv2d,
  Flatten,
  init,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { Generator } from "../../src/tensor/random.ts";

/** Bars on an 8 × 8 image, lying or standing, at random places, under noise. */
export function bars(length: number, seed: number): ImageDataset {
  const generator = new Generator(seed);
  const images = Uint8Array.from({ length: length * 64 }, () => generator.integer(60));
  const labels = Uint8Array.from({ length }, (_, i) => i % 2);
  for (const [i, label] of labels.entries()) {
    const at = generator.integer(8);
    for (let k = 0; k < 8; k++)
      images[i * 64 + (label === 0 ? at * 8 + k : k * 8 + at)] = 200 + generator.integer(56);
  }
  return {
    name: "bars",
    images,
    labels,
    imageShape: [1, 8, 8],
    classes: ["lying", "standing"],
    length,
  };
}

/** A small convolutional network for the bars; the same seed gives the same weights. */
export function barNet(seed = 0): Module {
  const generator = new Generator(seed);
  // biome-ignore format: one stage a line
  const net = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(64, 2),
  );
  for (const parameter of net.parameters()) {
    if (parameter.ndim > 1) init.xavierUniform_(parameter, { generator });
    else init.zeros_(parameter);
  }
  return net;
}

/** All values of a network, to compare bit by bit. */
export async function valuesOf(net: Module): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {};
  for (const [name, variable] of net.stateDict()) values[name] = Array.from(await variable.data());
  return values;
}
