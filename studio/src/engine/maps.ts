// Pictures of several channels as plain numbers, for handlers: channels × rows × columns.
import { Tensor } from "../../../src/index.ts";

/** One channel: rows of numbers. */
export type Map2d = readonly (readonly number[])[];

/** Channels as a batch of one image: NCHW `[1, channels, height, width]`. */
export function imageOf(maps: readonly Map2d[]): Tensor {
  const height = maps[0]?.length ?? 0;
  const width = maps[0]?.[0]?.length ?? 0;
  return Tensor.from(Float32Array.from(maps.flat(2)), { shape: [1, maps.length, height, width] });
}

/** The channels of an image batch, one image after the other. */
export async function mapsOf(image: Tensor): Promise<number[][][]> {
  const [batch = 0, channels = 0, height = 0, width = 0] = image.shape;
  const values = await image.data();
  return Array.from({ length: batch * channels }, (_, map) =>
    Array.from({ length: height }, (_, row) => {
      const start = (map * height + row) * width;
      return Array.from(values.subarray(start, start + width));
    }),
  );
}
