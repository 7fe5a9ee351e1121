// What average and max pooling share: sizes as PyTorch computes them, and the padding that makes all
// windows fit.
import { OptionError } from "../tensor/errors.ts";
import { type Shape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { padAxes } from "./pad.ts";
import { type Border, border, type Pair, type PairLike, pair } from "./sizes.ts";
import type { WindowsParams } from "./windows.ts";

export interface PoolParams {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Border;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
}

/** Output height and width. With `ceilMode` a last window may reach over the edge, if it starts inside. */
export function pooledSize(op: string, image: Shape, params: PoolParams): Pair {
  const { kernelSize, stride, padding, dilation, ceilMode } = params;
  const sizes = [0, 1].map((axis) => {
    const size = image[axis + 2] as number;
    const before = padding[2 * axis] as number;
    const after = padding[2 * axis + 1] as number;
    const span = (dilation[axis] as number) * ((kernelSize[axis] as number) - 1) + 1;
    const step = stride[axis] as number;
    const steps = Math.floor((size + before + after - span + (ceilMode ? step - 1 : 0)) / step);
    const startsOutside = ceilMode && steps * step >= size + before;
    return steps + (startsOutside ? 0 : 1);
  }) as unknown as Pair;
  if (sizes[0] < 1 || sizes[1] < 1) {
    throw shapeError(
      op,
      `a window of ${kernelSize.join("×")} does not fit into the image`,
      {
        image: { shape: image, layout: "NCHW" },
        padding: { shape: padding, layout: "top, bottom, left, right" },
      },
      "pad the image, or make the window smaller",
    );
  }
  return sizes;
}

/** Params of the windows in the padded image. */
export function windowsOf({ kernelSize, stride, dilation }: PoolParams): WindowsParams {
  return { kernel: kernelSize, stride, dilation };
}

/** Rows and columns to add so that exactly the pooled windows fit. */
export function poolBorder(op: string, image: Shape, params: PoolParams): Border {
  const { kernelSize, stride, padding, dilation } = params;
  const out = pooledSize(op, image, params);
  const after = [0, 1].map((axis) => {
    const span = (dilation[axis] as number) * ((kernelSize[axis] as number) - 1) + 1;
    const needed = ((out[axis] as number) - 1) * (stride[axis] as number) + span;
    const have = (image[axis + 2] as number) + (padding[2 * axis] as number);
    return Math.max(padding[2 * axis + 1] as number, needed - have);
  }) as unknown as Pair;
  return [padding[0], after[0], padding[2], after[1]];
}

/** The image with its border. */
export function padImage(x: Tensor, [top, bottom, left, right]: Border, value: number): Tensor {
  return padAxes(
    x,
    [
      [0, 0],
      [0, 0],
      [top, bottom],
      [left, right],
    ],
    value,
  );
}

/** The image without its border. */
export function cropImage(x: Tensor, [top, , left]: Border, image: Shape): Tensor {
  const [height, width] = image.slice(2) as [number, number];
  return x.slice(2, top, top + height).slice(3, left, left + width);
}

/** What people write of a pool's windows. */
interface PoolOptions {
  readonly stride?: PairLike;
  readonly padding?: PairLike;
  readonly dilation?: PairLike;
  readonly ceilMode?: boolean;
}

/** Params from what people write. */
export function poolParams(op: string, kernelSize: PairLike, options: PoolOptions): PoolParams {
  const kernel = pair(op, "kernelSize", kernelSize);
  const padding = border(op, options.padding ?? 0);
  checkPoolPadding(op, kernel, padding);
  return {
    kernelSize: kernel,
    stride: pair(op, "stride", options.stride ?? kernel),
    padding,
    dilation: pair(op, "dilation", options.dilation ?? 1),
    ceilMode: options.ceilMode ?? false,
  };
}

/** PyTorch's bound: a window that lies wholly in the padding would have no maximum and no mean. */
function checkPoolPadding(op: string, kernelSize: Pair, [top, bottom, left, right]: Border): void {
  if (Math.max(top, bottom) * 2 > kernelSize[0] || Math.max(left, right) * 2 > kernelSize[1]) {
    throw new OptionError(
      `${op}: padding ${[top, bottom, left, right].join(", ")} is more than half of the window ${kernelSize.join("×")}`,
      {
        hint: "use a larger window, or pad the image first",
      },
    );
  }
}
