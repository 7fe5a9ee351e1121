// One kernel over one grey picture.
import { conv2d, Tensor } from "../../../../src/index.ts";
import type { Map2d } from "../maps.ts";
import { pictureOf } from "./correlate.ts";

export interface Filtering {
  /** Row-major, height × width. */
  readonly pixels: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly kernel: Map2d;
}

export interface Filtered {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The response of a picture to a kernel, without padding.
 * @throws ShapeError if the kernel does not fit
 */
export async function filterPicture({
  pixels,
  width,
  height,
  kernel,
}: Filtering): Promise<Filtered> {
  const y = conv2d(Tensor.from(pixels, { shape: [1, 1, height, width] }), pictureOf(kernel));
  const values = Float32Array.from(await y.data());
  return { values, width: y.shape[3] as number, height: y.shape[2] as number };
}
