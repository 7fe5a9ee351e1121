// Occlusion: a grey patch is slid over the picture; where it takes away much of a class's probability, the network looked.
import { type nn, noGrad, softmax, Tensor } from "../../../../src/index.ts";
import { callsOf } from "../run/calls.ts";

export interface OcclusionOptions {
  readonly target: number;
  /** Side of the patch, and pixels from one place to the next. */
  readonly patch: number;
  readonly stride: number;
  /** What the patch holds, one number for each channel, as the network takes it. */
  readonly grey: readonly number[];
  /** Pictures in one batch (default 24). */
  readonly batch?: number;
}

export interface OcclusionMap {
  /** Places of the patch, downwards and across. */
  readonly rows: number;
  readonly columns: number;
  /** Probability without the patch less that with it, for each place. */
  readonly drops: Float32Array;
  /** For each pixel the mean drop of all patches on it. */
  readonly pixels: Float32Array;
  /** Of the class without a patch. */
  readonly probability: number;
}

/** Where patches begin: each stride, and one at the very end so that every pixel is covered. */
export function patchStarts(size: number, patch: number, stride: number): number[] {
  const last = Math.max(0, size - patch);
  const starts = Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
  return starts.at(-1) === last ? starts : [...starts, last];
}

/**
 * @param x      one picture, NCHW `[1, channels, height, width]`
 * @param around what each batch is computed in: training may go on between two of them
 * @param tell   how many places are done; false ends it
 * @returns null if it was ended
 */
export async function occlusion(
  net: nn.Module,
  x: Tensor,
  { target, patch, stride, grey, batch = 24 }: OcclusionOptions,
  around: (job: () => Promise<Float32Array>) => Promise<Float32Array> = (job) => job(),
  tell: (done: number, total: number) => boolean = () => true,
): Promise<OcclusionMap | null> {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [tops, lefts] = [patchStarts(height, patch, stride), patchStarts(width, patch, stride)];
  const places = tops.flatMap((top) => lefts.map((left) => [top, left] as const));
  const picture = Float32Array.from(await x.data());
  const drops = new Float32Array(places.length);
  let probability = Number.NaN;
  for (let from = 0; from < places.length; from += batch) {
    if (!tell(from, places.length)) return null;
    const own = places.slice(from, from + batch);
    // The first of each batch has no patch: a network that is being trained changes from batch to batch.
    const pixels = new Float32Array((own.length + 1) * picture.length);
    pixels.set(picture);
    own.forEach(([top, left], i) => {
      const start = (i + 1) * picture.length;
      pixels.set(picture, start);
      for (let c = 0; c < channels; c++) {
        for (let y = top; y < Math.min(top + patch, height); y++) {
          const line = start + (c * height + y) * width;
          pixels.fill(grey[c] ?? 0, line + left, line + Math.min(left + patch, width));
        }
      }
    });
    const shares = await around(async () => {
      const shape = [own.length + 1, channels, height, width];
      const output = noGrad(() => softmax(callsOf(net, Tensor.from(pixels, { shape })).output, 1));
      return Float32Array.from(await noGrad(() => output.select(1, target)).data());
    });
    probability = shares[0] as number;
    own.forEach((_, i) => {
      drops[from + i] = probability - (shares[i + 1] as number);
    });
  }
  tell(places.length, places.length);
  return {
    rows: tops.length,
    columns: lefts.length,
    drops,
    pixels: meanOfPatches(drops, places, patch, height, width),
    probability,
  };
}

function meanOfPatches(
  drops: Float32Array,
  places: readonly (readonly [number, number])[],
  patch: number,
  height: number,
  width: number,
): Float32Array {
  const [sums, counts] = [new Float32Array(height * width), new Float32Array(height * width)];
  places.forEach(([top, left], i) => {
    for (let y = top; y < Math.min(top + patch, height); y++) {
      for (let x = left; x < Math.min(left + patch, width); x++) {
        const at = y * width + x;
        sums[at] = (sums[at] as number) + (drops[i] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  });
  return sums.map((sum, i) => sum / (counts[i] as number));
}
