// conv1d: convolution along sequences, which is conv2d of images with one row.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { conv2d } from "./conv2d.ts";
import { checkGroups } from "./convolution.ts";
import { asImages, type SingleLike, single } from "./sequences.ts";
import type { Pair } from "./sizes.ts";

/** Zeros before and after: one number for both, `[before, after]`, "same" (length kept) or "valid" (none). */
export type Padding1d = number | readonly [number] | readonly [number, number] | "same" | "valid";

export interface Conv1dOptions {
  /** Input elements between neighbouring outputs (default 1). */
  readonly stride?: SingleLike;
  /** Zeros before and after (default 0); "same" keeps the length. */
  readonly padding?: Padding1d;
  /** Input elements between neighbouring kernel elements (default 1). */
  readonly dilation?: SingleLike;
  /** Divides the channels into groups that do not see each other (default 1). */
  readonly groups?: number;
}

/**
 * 1-D convolution (cross-correlation), as `torch.nn.functional.conv1d`.
 *
 *     y[n, o, i] = bias[o] + Σ_c Σ_u  x[n, c, i·stride + u·dilation − padding] · weight[o, c, u]
 *
 * @param x       sequences, NCL `[batch, inChannels, length]`, or one without the batch axis
 * @param weight  filters, OIL `[outChannels, inChannels / groups, kernelSize]`
 * @param bias    `[outChannels]`, or null
 * @param options stride, padding, dilation: elements, padding also `[before, after]`, "same" or "valid"; groups:
 *                divides both channel counts
 * @returns NCL `[batch, outChannels, outLength]`, the length by {@link outSize}
 * @throws ShapeError if channels and groups disagree, or the dilated kernel is longer than the padded sequence;
 *         OptionError for unknown options or impossible values
 * @example conv1d(Tensor.ones([1, 2, 10]), Tensor.ones([4, 2, 3]), null, { stride: 2 }).shape // [1, 4, 4]
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv1dOptions = {},
): Tensor {
  checkOptions("conv1d", options, ["stride", "padding", "dilation", "groups"]);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  checkGroups("conv1d", groups);
  if (weight.ndim !== 3) {
    throw shapeError("conv1d", `weight has ${weight.ndim} axes, not the three of OIL`, {
      weight: weight.shape,
    });
  }
  const step = single("conv1d", "stride", stride);
  const spacing = single("conv1d", "dilation", dilation);
  checkSame("conv1d", padding, step);
  const around = paddingAround("conv1d", padding, spacing * ((weight.shape[2] as number) - 1));
  return asImages("conv1d", x, (images) => {
    const expected = (weight.shape[1] as number) * groups;
    if (images.shape[1] !== expected) {
      throw shapeError("conv1d", `x has ${images.shape[1]} channels, weight expects ${expected}`, {
        x: { shape: x.shape, layout: "NCL" },
        weight: { shape: weight.shape, layout: "OIL" },
      });
    }
    return conv2d(images, weight.unsqueeze(2), bias, {
      stride: [1, step],
      padding: [0, 0, ...around],
      dilation: [1, spacing],
      groups,
    });
  });
}

/** Elements before and after, where `reach` is what the dilated kernel covers beyond its first element. */
export function paddingAround(where: string, padding: Padding1d, reach: number): Pair {
  if (padding === "valid") return [0, 0];
  // An odd element goes to the end, as in PyTorch.
  if (padding === "same") return [Math.floor(reach / 2), Math.ceil(reach / 2)];
  const [before, after = before, ...others] = [padding].flat() as number[];
  if (others.length === 0 && [before, after].every((n) => Number.isInteger(n) && Number(n) >= 0))
    return [before as number, after as number];
  throw new OptionError(`${where}: padding is ${JSON.stringify(padding)}`, {
    hint: 'give a whole number from 0, [before, after], "same" or "valid"',
  });
}

/** Throws where the length cannot stay the same. */
export function checkSame(where: string, padding: Padding1d, stride: number): void {
  if (padding !== "same" || stride === 1) return;
  throw new OptionError(`${where}: padding "same" needs stride 1, got ${stride}`, {
    hint: "give the padding as numbers",
  });
}
