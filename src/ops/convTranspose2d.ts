// convTranspose2d: convolution run backwards. It is the gradient of conv2d with respect to its image, and
// so needs no op of its own.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { conv2dInputGradOp } from "./conv2d.ts";
import { addBias, checkGroups } from "./convolution.ts";
import { padAxes } from "./pad.ts";
import { batched, imageSizes, type Pair, type PairLike, pair } from "./sizes.ts";

export interface ConvTranspose2dOptions {
  /** Output pixels between the contributions of neighbouring inputs. */
  readonly stride?: PairLike;
  /** Rows and columns cut off at each edge of the output. */
  readonly padding?: PairLike;
  /** Rows added below and columns added to the right, less than the stride or the dilation. */
  readonly outputPadding?: PairLike;
  /** Output pixels between neighbouring kernel elements. */
  readonly dilation?: PairLike;
  /** Divides the channels into groups that do not see each other. */
  readonly groups?: number;
}

/**
 * Transposed 2-D convolution, as `torch.nn.functional.conv_transpose2d`: each input pixel adds a copy of the
 * kernel to the output.
 *
 *     y[n, o, i·stride + u·dilation − padding, …] += x[n, c, i, j] · weight[c, o, u, v]
 *
 * @param x       image batch, NCHW `[batch, inChannels, height, width]`, or one image without the batch axis
 * @param weight  filters, IOHW `[inChannels, outChannels / groups, kernelHeight, kernelWidth]`
 * @param bias    `[outChannels]`, or null
 * @param options stride, padding, outputPadding, dilation: output pixels, a number or `[vertical, horizontal]`;
 *                groups: divides both channel counts
 * @returns NCHW `[batch, outChannels, outHeight, outWidth]`, where outHeight =
 *          (height − 1)·stride − 2·padding + dilation·(kernelHeight − 1) + outputPadding + 1
 * @throws ShapeError if channels and groups disagree, or the padding cuts everything off;
 *         OptionError for unknown options or impossible values
 * @example
 * convTranspose2d(Tensor.ones([1, 1, 4, 4]), Tensor.ones([1, 2, 2, 2]), null, { stride: 2 }).shape // [1, 2, 8, 8]
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions("convTranspose2d", options, [
    "stride",
    "padding",
    "outputPadding",
    "dilation",
    "groups",
  ]);
  const stride = pair("convTranspose2d", "stride", options.stride ?? 1);
  const padding = pair("convTranspose2d", "padding", options.padding ?? 0, 0);
  const dilation = pair("convTranspose2d", "dilation", options.dilation ?? 1);
  const outputPadding = pair("convTranspose2d", "outputPadding", options.outputPadding ?? 0, 0);
  const { groups = 1 } = options;
  checkGroups("convTranspose2d", groups);
  checkOutputPadding("convTranspose2d", outputPadding, stride, dilation);
  checkChannels(x, weight, groups);
  return batched(x, (batch) => {
    const axes = ([0, 1] as const).map((axis) =>
      along(
        batch.shape[axis + 2] as number,
        weight.shape[axis + 2] as number,
        stride[axis],
        padding[axis],
        outputPadding[axis],
        dilation[axis],
      ),
    ) as [Axis, Axis];
    const [vertical, horizontal] = axes;
    if (axes.some(({ size, zeros }) => size + zeros < 1)) {
      throw shapeError(
        "convTranspose2d",
        `the padding leaves an image of ${axes.map(({ size, zeros }) => size + zeros).join("×")}`,
        { x: { shape: batch.shape, layout: "NCHW" }, weight: weight.shape, padding },
        "use less padding, or a larger kernel",
      );
    }
    const whole = apply(conv2dInputGradOp, [cast(batch, "float32"), weight], {
      stride,
      padding: [padding[0], vertical.after, padding[1], horizontal.after],
      dilation,
      groups,
      inputSize: [vertical.size, horizontal.size],
    });
    const isWhole = vertical.zeros === 0 && horizontal.zeros === 0;
    const y = isWhole
      ? whole
      : padAxes(
          whole,
          [
            [0, 0],
            [0, 0],
            [0, vertical.zeros],
            [0, horizontal.zeros],
          ],
          0,
        );
    return addBias("convTranspose2d", y, bias);
  });
}

/** PyTorch's bound: more would be rows that no kernel could ever reach. */
export function checkOutputPadding(
  where: string,
  outputPadding: Pair,
  stride: Pair,
  dilation: Pair,
): void {
  for (const axis of [0, 1] as const) {
    if (outputPadding[axis] < Math.max(stride[axis], dilation[axis])) continue;
    throw new OptionError(
      `${where}: outputPadding ${outputPadding[axis]} is not less than the stride (${stride[axis]}) or the dilation (${dilation[axis]})`,
      { hint: "outputPadding chooses among the sizes that the stride makes equal" },
    );
  }
}

interface Axis {
  /** Size of the image whose convolution has exactly the size of x. */
  readonly size: number;
  /** Its padding at the far edge: what outputPadding adds is first taken from there. */
  readonly after: number;
  /** Rows still missing, which no kernel reaches. */
  readonly zeros: number;
}

function along(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  outputPadding: number,
  dilation: number,
): Axis {
  const after = Math.max(0, padding - outputPadding);
  const beyond = Math.max(0, outputPadding - padding);
  // The convolution leaves up to stride − 1 rows over.
  const over = Math.min(beyond, stride - 1);
  const reached = (size - 1) * stride + dilation * (kernel - 1) + 1;
  return { size: reached - padding - after + over, after, zeros: beyond - over };
}

function checkChannels(x: Tensor, weight: Tensor, groups: number): void {
  const [inChannels] = imageSizes("convTranspose2d", "weight", weight, "IOHW");
  const channels = x.shape.at(-3);
  const facts = {
    x: { shape: x.shape, layout: "NCHW" },
    weight: { shape: weight.shape, layout: "IOHW" },
  };
  if (x.ndim !== 3) imageSizes("convTranspose2d", "x", x);
  if (channels !== inChannels) {
    const turned = channels === weight.shape[1];
    throw shapeError(
      "convTranspose2d",
      `x has ${channels} channels, weight expects ${inChannels}`,
      facts,
      turned ? "here input channels come first: weight.transpose(0, 1)" : undefined,
    );
  }
  if (inChannels % groups !== 0) {
    throw shapeError(
      "convTranspose2d",
      `${inChannels} input channels do not divide into ${groups} groups`,
      facts,
    );
  }
}
