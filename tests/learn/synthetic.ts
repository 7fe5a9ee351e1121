// Pictures made for tests: each class is a bright band at its own height, with noise.
import type { data } from "../../src/index.ts";
import { Generator } from "../../src/tensor/random.ts";

export function syntheticDataset(length: number, size = 28): data.ImageDataset {
  const random = new Generator(3);
  const images = new Uint8Array(length * size * size);
  const labels = Uint8Array.from({ length }, (_, i) => i % 10);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor((i % (size * size)) / size);
    const isBand = Math.floor((row * 10) / size) === labels[Math.floor(i / (size * size))];
    images[i] = Math.floor(random.uniform() * 80) + (isBand ? 150 : 0);
  }
  return {
    name: "bands",
    images,
    labels,
    imageShape: [1, size, size],
    length,
    classes: Array.from({ length: 10 }, (_, i) => `band ${i}`),
  };
}
