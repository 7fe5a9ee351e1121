// Pictures of one shape as pictures of another: grey as colour or colour as grey, and resized.
import { type data, interpolate, noGrad, Tensor } from "../../../../src/index.ts";
import type { InputShape } from "../run/types.ts";

const batchSize = 200;

export async function adapted(from: data.ImageDataset, to: InputShape): Promise<data.ImageDataset> {
  const [channels, height, width] = to;
  const recoloured = withChannels(from, channels);
  const [, ownHeight, ownWidth] = from.imageShape;
  if (ownHeight === height && ownWidth === width) return recoloured;
  const ownSize = channels * ownHeight * ownWidth;
  const size = channels * height * width;
  const images = new Uint8Array(from.length * size);
  for (let first = 0; first < from.length; first += batchSize) {
    const count = Math.min(batchSize, from.length - first);
    const bytes = recoloured.images.subarray(first * ownSize, (first + count) * ownSize);
    const x = Tensor.from(Float32Array.from(bytes), {
      shape: [count, channels, ownHeight, ownWidth],
    });
    const options = { size: [height, width] as const, mode: "bilinear", antialias: true } as const;
    const resized = await noGrad(() => interpolate(x, options)).data();
    // Uint8ClampedArray rounds, where Uint8Array cuts off.
    images.set(Uint8ClampedArray.from(resized), first * size);
  }
  return { ...recoloured, images, imageShape: [channels, height, width] };
}

function withChannels(from: data.ImageDataset, channels: number): data.ImageDataset {
  const [own, height, width] = from.imageShape;
  if (own === channels) return from;
  const area = height * width;
  const images = new Uint8ClampedArray(from.length * channels * area);
  for (let n = 0; n < from.length; n++) {
    const picture = from.images.subarray(n * own * area, (n + 1) * own * area);
    const to = images.subarray(n * channels * area, (n + 1) * channels * area);
    const gray = own === 1 ? picture : grayOf(picture, area);
    for (let c = 0; c < channels; c++) to.set(gray, c * area);
  }
  return { ...from, images: new Uint8Array(images.buffer), imageShape: [channels, height, width] };
}

/** As eyes weigh colours: ITU-R BT.601. */
function grayOf(picture: Uint8Array, area: number): Uint8ClampedArray {
  return Uint8ClampedArray.from(
    { length: area },
    (_, i) =>
      0.299 * (picture[i] ?? 0) +
      0.587 * (picture[area + i] ?? 0) +
      0.114 * (picture[2 * area + i] ?? 0),
  );
}
