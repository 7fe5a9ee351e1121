// Pooling of small pictures, and what it makes of an edge that moves.
import { avgPool2d, conv2d, maxPool2d, type Tensor } from "../../../../src/index.ts";
import { imageOf, type Map2d, mapsOf } from "../maps.ts";

export interface Pooling {
  readonly inputs: readonly Map2d[];
  readonly kind: "max" | "avg";
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/**
 * Pools each channel by itself.
 * @throws ShapeError or OptionError if the window does not fit
 */
export function pool({ inputs, ...window }: Pooling): Promise<number[][][]> {
  return mapsOf(pooled(imageOf(inputs), window));
}

function pooled(x: Tensor, { kind, kernelSize, stride, padding }: Omit<Pooling, "inputs">): Tensor {
  const of = kind === "max" ? maxPool2d : avgPool2d;
  return of(x, [...kernelSize], { stride: [...stride], padding: [...padding] });
}

export interface MovedEdge {
  /** Width of the picture; its height is one less, so that the response is square. */
  readonly size: number;
  /** Columns of ones, from the left. */
  readonly edge: number;
  readonly kernelSize: number;
  readonly stride: number;
}

export interface MovedEdgeAnswer {
  readonly picture: Map2d;
  /** By the kernel [1, −1]. */
  readonly response: Map2d;
  readonly pooled: Map2d;
}

/** A picture that is bright on the left, the response of an edge detector, and that response pooled. */
export async function movedEdge({
  size,
  edge,
  kernelSize,
  stride,
}: MovedEdge): Promise<MovedEdgeAnswer> {
  const picture = Array.from({ length: size - 1 }, () =>
    Array.from({ length: size }, (_, column) => (column < edge ? 1 : 0)),
  );
  const x = imageOf([picture]);
  const edges = conv2d(x, imageOf([[[1, -1]]]));
  const after = maxPool2d(edges, kernelSize, { stride });
  const [[response = []], [pooledResponse = []]] = [await mapsOf(edges), await mapsOf(after)];
  return { picture, response, pooled: pooledResponse };
}
