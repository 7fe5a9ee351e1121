// Cross-correlation of small matrices, for figures that show every number.
import { conv2d, Tensor } from "../../../../src/index.ts";

export type Numbers = readonly (readonly number[])[];

export interface Correlation {
  readonly input: Numbers;
  readonly kernel: Numbers;
  readonly padding?: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  /** The convolution of mathematics: the kernel flipped in both directions. */
  readonly isStrict?: boolean;
}

/**
 * What the layers compute: y[i, j] = Σ x[i·s + u·d − p, j·s + v·d − p] · k[u, v].
 * @throws ShapeError if the kernel does not fit
 */
export async function correlate({
  input,
  kernel,
  padding = [0, 0],
  stride = [1, 1],
  dilation = [1, 1],
  isStrict = false,
}: Correlation): Promise<number[][]> {
  const taps = isStrict ? kernel.map((row) => row.toReversed()).toReversed() : kernel;
  const y = conv2d(pictureOf(input), pictureOf(taps), null, { padding, stride, dilation });
  return rowsOf(await y.data(), y.shape[3] as number);
}

/** A matrix as a batch of one image with one channel: [1, 1, height, width]. */
export function pictureOf(rows: Numbers): Tensor {
  return Tensor.from(Float32Array.from(rows.flat()), {
    shape: [1, 1, rows.length, rows[0]?.length ?? 0],
  });
}

/** Values in rows of a width. */
export function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / width }, (_, i) =>
    all.slice(i * width, (i + 1) * width),
  );
}
