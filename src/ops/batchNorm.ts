// batchNorm: each channel shifted and scaled to mean 0 and variance 1, then by learned numbers.
import { updateBuffer } from "../tensor/buffers.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { type Shape, shapeError, sizeOf } from "../tensor/shape.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";

export interface BatchNormOptions {
  /** Factor of each channel, `[channels]`. */
  readonly weight?: Tensor | null;
  /** Added to each channel, `[channels]`. */
  readonly bias?: Tensor | null;
  /** Normalise by the batch's own statistics, and move the running ones (default false). */
  readonly training?: boolean;
  /** Share of the batch in the running statistics (default 0.1). */
  readonly momentum?: number;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
}

/**
 * Batch normalisation, as `torch.nn.functional.batch_norm`.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias,   mean and variance for each channel
 *
 * In training, mean and variance are those of the batch over all axes but the channels', and the running
 * statistics become (1 − momentum)·running + momentum·batch. The variance that normalises is the biased one (÷ n),
 * the one that runs the unbiased one (÷ (n − 1)). Otherwise mean and variance are the running ones.
 *
 * @param x           `[batch, channels]` or `[batch, channels, …]`
 * @param runningMean `[channels]`, a `Variable` if training moves it; null if the batch's own always serve
 * @param runningVar  `[channels]`, likewise
 * @param options     weight, bias, training, momentum, eps
 * @returns the shape of x
 * @throws ShapeError if the channels disagree, or in training a channel has fewer than two elements;
 *         OptionError for impossible values
 * @example
 * await batchNorm(Tensor.from([[3], [5]]), Tensor.from([1]), Tensor.from([4]), { eps: 0 }).array() // [[1], [2]]
 * @see Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift"
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  checkOptions("batchNorm", options, ["weight", "bias", "training", "momentum", "eps"]);
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  checkNumbers("batchNorm", momentum, eps);
  checkChannels(x, { runningMean, runningVar, weight, bias });
  if ((runningMean === null) !== (runningVar === null)) {
    throw new OptionError("batchNorm: one of runningMean and runningVar is null", {
      hint: "give both, or neither",
    });
  }
  // [1, channels, 1, …] meets x.
  const perChannel: Shape = x.shape.map((n, axis) => (axis === 1 ? n : 1));
  const floats = cast(x, "float32");
  const isOwn = training || runningMean === null || runningVar === null;
  const [centred, variance] = isOwn
    ? normalizers(floats, training ? runningMean : null, training ? runningVar : null, momentum)
    : [floats.sub(runningMean.reshape(perChannel)), runningVar.reshape(perChannel)];
  const factor = variance.add(eps).rsqrt();
  const scaled = centred.mul(weight === null ? factor : factor.mul(weight.reshape(perChannel)));
  return bias === null ? scaled : scaled.add(bias.reshape(perChannel));
}

/** x − mean and the biased variance of the batch; moves the running statistics. */
function normalizers(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  momentum: number,
): [Tensor, Tensor] {
  const channels = x.shape[1] as number;
  const count = sizeOf(x.shape) / channels;
  if (!(count >= 2)) {
    throw shapeError(
      "batchNorm",
      "in training each channel needs two elements or more",
      { x: x.shape },
      "use a larger batch, or evaluate: net.eval()",
    );
  }
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const mean = x.mean(axes, { keepdim: true });
  const centred = x.sub(mean);
  const variance = centred.mul(centred).mean(axes, { keepdim: true });
  const move = (running: Tensor | null, name: string, present: Tensor): void => {
    if (running === null) return;
    if (!(running instanceof Variable)) {
      throw new OptionError(`batchNorm: training moves ${name}, which is no Variable`, {
        hint: `new Variable(${name})`,
      });
    }
    updateBuffer(running, (old) =>
      old.mul(1 - momentum).add(present.reshape([channels]).mul(momentum)),
    );
  };
  move(runningMean, "runningMean", mean);
  move(runningVar, "runningVar", variance.mul(count / (count - 1)));
  return [centred, variance];
}

/** Throws unless both are possible. */
export function checkNumbers(where: string, momentum: number, eps: number): void {
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new OptionError(`${where}: momentum is ${momentum}`, { hint: "give a share, 0 to 1" });
  }
  if (!(eps >= 0)) {
    throw new OptionError(`${where}: eps is ${eps}`, { hint: "give a small positive number" });
  }
}

function checkChannels(x: Tensor, vectors: Readonly<Record<string, Tensor | null>>): void {
  if (x.ndim < 2) {
    throw shapeError("batchNorm", "x has no axis of channels", {
      x: { shape: x.shape, layout: "needed: batch, channels, …" },
    });
  }
  const channels = x.shape[1] as number;
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector === null || (vector.ndim === 1 && vector.shape[0] === channels)) continue;
    throw shapeError("batchNorm", `${name} is not one number for each of ${channels} channels`, {
      x: { shape: x.shape, layout: "batch, channels, …" },
      [name]: vector.shape,
    });
  }
}
