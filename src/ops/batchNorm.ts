// batchNorm: each channel shifted and scaled to mean 0 and variance 1, then by learned numbers.
import { updateBuffer } from "../tensor/buffers.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray } from "../tensor/op.ts";
import { type Shape, shapeError, sizeOf } from "../tensor/shape.ts";
import { noGrad } from "../tensor/state.ts";
import { apply, type Tensor, Variable } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { broadcastOffsets } from "./loops.ts";
import {
  affineOf,
  affineValues,
  centre,
  checkAffine,
  rescale,
  standardize,
} from "./standardize.ts";

interface BatchNormParams {
  /** Added to the variance. */
  readonly eps: number;
  /** Is there a factor, the input after the variance? */
  readonly hasWeight: boolean;
  /** Is there a summand, the last input? */
  readonly hasBias: boolean;
}

const channels = { shape: [1, 5, 1, 1] } as const;
const variances = { ...channels, values: "positive" } as const;

/** Normalises by a given mean and variance. By the batch's own, it is `standardize`. */
export const batchNormOp = defineOp<BatchNormParams>({
  name: "batchNorm",
  shape: (inputs) => checkAffine("batchNorm", inputs),
  reference(inputs, output, params) {
    const [x, mean, variance] = inputs as readonly [ReferenceArray, ReferenceArray, ReferenceArray];
    const offsets = broadcastOffsets(mean.shape, x.shape);
    const { weight, bias } = affineValues(inputs, 3, output.shape, params);
    x.data.forEach((value, i) => {
      const at = offsets[i] as number;
      const spread = Math.sqrt((variance.data[at] as number) + params.eps);
      output.data[i] = ((value - (mean.data[at] as number)) / spread) * weight(i) + bias(i);
    });
  },
  lowering: {
    kind: "composite",
    build(inputs, params) {
      const [x, mean, variance] = inputs as readonly [Tensor, Tensor, Tensor];
      return rescale(x.sub(mean), variance, params.eps, affineOf(inputs, 3, params));
    },
  },
  cases: [
    {
      name: "images",
      inputs: [{ shape: [2, 5, 3, 3] }, channels, variances],
      params: { eps: 1e-5, hasWeight: false, hasBias: false },
    },
    {
      name: "images, learned",
      inputs: [{ shape: [4, 5, 2, 3] }, channels, variances, channels, channels],
      params: { eps: 1e-5, hasWeight: true, hasBias: true },
    },
    {
      name: "a summand alone",
      inputs: [{ shape: [2, 5, 1, 1] }, channels, variances, channels],
      params: { eps: 0.1, hasWeight: false, hasBias: true },
    },
    {
      name: "vectors",
      inputs: [
        { shape: [3, 7] },
        { shape: [1, 7] },
        { shape: [1, 7], values: "positive" },
        { shape: [1, 7] },
      ],
      params: { eps: 0, hasWeight: true, hasBias: false },
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 5, 2, 2] }, channels, variances],
      params: { eps: 1e-5, hasWeight: false, hasBias: false },
    },
    {
      name: "integers",
      inputs: [{ shape: [2, 5, 1, 1], dtype: "int32" }, channels, variances],
      params: { eps: 1e-5, hasWeight: false, hasBias: false },
      refused: /takes float32, got int32/,
    },
  ],
});

export interface BatchNormOptions {
  /** Factor of each channel, `[channels]`. */
  readonly weight?: Tensor | null;
  /** Added to each channel, `[channels]`. */
  readonly bias?: Tensor | null;
  /** Normalise by the batch's own statistics, and move the running ones (default false). */
  readonly training?: boolean;
  /** Share of the batch in the running statistics (default 0.1); a scalar tensor where it changes from step to step. */
  readonly momentum?: number | Tensor;
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
  checkChannels("batchNorm", x, { runningMean, runningVar, weight, bias });
  checkRunning("batchNorm", runningMean, runningVar);
  // [1, channels, 1, …] meets x.
  const perChannel: Shape = x.shape.map((n, axis) => (axis === 1 ? n : 1));
  const floats = cast(x, "float32");
  const [factor, summand] = [weight, bias].map((each) => each?.reshape(perChannel) ?? null) as [
    Tensor | null,
    Tensor | null,
  ];
  if (!training && runningMean !== null && runningVar !== null) {
    const learned = [factor, summand].filter((each) => each !== null);
    const given = [runningMean, runningVar].map((each) => each.reshape(perChannel));
    const params = { eps, hasWeight: factor !== null, hasBias: summand !== null };
    return apply(batchNormOp, [floats, ...given, ...learned], params);
  }
  const numChannels = x.shape[1] as number;
  const count = sizeOf(x.shape) / numChannels;
  if (!(count >= 2)) {
    throw shapeError(
      "batchNorm",
      "in training each channel needs two elements or more",
      { x: x.shape },
      "use a larger batch, or evaluate: net.eval()",
    );
  }
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  if (training) {
    moveStatistics("batchNorm", { runningMean, runningVar }, momentum, () => {
      const { mean, variance } = centre(floats, axes);
      return [mean, variance.mul(count / (count - 1))].map((each) =>
        each.reshape([numChannels]),
      ) as [Tensor, Tensor];
    });
  }
  return standardize(floats, axes, eps, factor, summand);
}

/** Gives running statistics, where there are any, their new values: momentum is the share of the present ones. */
export function moveStatistics(
  where: string,
  {
    runningMean,
    runningVar,
  }: { readonly runningMean: Tensor | null; readonly runningVar: Tensor | null },
  momentum: number | Tensor,
  present: () => readonly [mean: Tensor, variance: Tensor],
): void {
  if (runningMean === null || runningVar === null) return;
  // Nobody differentiates through a running statistic.
  const [mean, variance] = noGrad(present);
  for (const [name, running, value] of [
    ["runningMean", runningMean, mean],
    ["runningVar", runningVar, variance],
  ] as const) {
    if (!(running instanceof Variable)) {
      throw new OptionError(`${where}: training moves ${name}, which is no Variable`, {
        hint: `new Variable(${name})`,
      });
    }
    updateBuffer(running, (old) =>
      typeof momentum === "number"
        ? old.mul(1 - momentum).add(value.mul(momentum))
        : old.add(value.sub(old).mul(momentum)),
    );
  }
}

/** Throws unless both are possible. */
export function checkNumbers(where: string, momentum: number | Tensor, eps: number): void {
  if (typeof momentum === "number" && !(momentum >= 0 && momentum <= 1)) {
    throw new OptionError(`${where}: momentum is ${momentum}`, { hint: "give a share, 0 to 1" });
  }
  if (!(eps >= 0)) {
    throw new OptionError(`${where}: eps is ${eps}`, { hint: "give a small positive number" });
  }
}

/** Throws if only one of the running statistics is there. */
export function checkRunning(
  where: string,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
): void {
  if ((runningMean === null) === (runningVar === null)) return;
  throw new OptionError(`${where}: one of runningMean and runningVar is null`, {
    hint: "give both, or neither",
  });
}

/** Throws unless x has channels and each vector has one number for each. */
export function checkChannels(
  where: string,
  x: Tensor,
  vectors: Readonly<Record<string, Tensor | null>>,
): void {
  if (x.ndim < 2) {
    throw shapeError(where, "x has no axis of channels", {
      x: { shape: x.shape, layout: "needed: batch, channels, …" },
    });
  }
  const numChannels = x.shape[1] as number;
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector === null || (vector.ndim === 1 && vector.shape[0] === numChannels)) continue;
    throw shapeError(where, `${name} is not one number for each of ${numChannels} channels`, {
      x: { shape: x.shape, layout: "batch, channels, …" },
      [name]: vector.shape,
    });
  }
}
