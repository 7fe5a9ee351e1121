// Training steps of Fovea on images made of numbers: what several benchmarks share.
import { data, models, nn, optim, train } from "../src/index.ts";
import { noise } from "./work.ts";

/** Grey images of `size` × `size` pixels, the same bytes in every run. */
export function syntheticSet({
  images,
  size,
}: {
  readonly images: number;
  readonly size: number;
}): data.ImageDataset {
  // Waves of an own direction and length in each image: on noise, all images are alike to deep layers, and the
  // statistics of a batch hang on rounding.
  const pixels = new Uint8Array(images * size * size);
  const wave = noise(3 * images, 1);
  for (let i = 0; i < pixels.length; i++) {
    const image = Math.floor(i / (size * size));
    const [down = 0, across = 0, phase = 0] = wave.subarray(3 * image, 3 * image + 3);
    const [row, column] = [Math.floor(i / size) % size, i % size];
    const angle = (8 * (down * row + across * column)) / size + 3 * phase;
    pixels[i] = 128 + 100 * Math.sin(angle) + (Math.imul(i, 0x9e3779b1) >>> 28);
  }
  const labels = Uint8Array.from({ length: images }, (_, i) => ((i * 40503) >>> 5) % 10);
  return {
    name: "synthetic",
    images: pixels,
    labels,
    imageShape: [1, size, size],
    length: images,
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
  };
}

export interface CompiledStepOptions {
  readonly lr?: number;
  readonly totals?: train.Totals;
}

/** A training step as `fit` compiles it. */
export function compiledStep(
  net: nn.Module,
  set: data.Dataset,
  batchSize: number,
  { lr = 0.1, totals = new train.Totals() }: CompiledStepOptions = {},
): train.TrainStep {
  return new train.TrainStep({
    net,
    optimizer: new optim.SGD(net.parameters(), { lr }),
    loss: nn.functional.crossEntropy,
    data: data.isStreamed(set) ? set : train.resident(set),
    classes: 10,
    totals,
    batchSize,
  });
}

/** The step of a new LeNet on synthetic images. */
export function syntheticStep(batchSize: number): train.TrainStep {
  return compiledStep(models.lenet(), syntheticSet({ images: 8192, size: 28 }), batchSize);
}
