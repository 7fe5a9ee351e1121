// crossEntropy: how surprised a classifier is by the right classes.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { asBatch, checkClassScores, checkLogits, classNumbers } from "./classTargets.ts";
import { checkReduction, type LossOptions, type Reduction, reduceLoss } from "./losses.ts";
import { nllLossOp } from "./nllLoss.ts";
import { isClass } from "./oneHot.ts";
import { checkProbabilities, softCrossEntropyOp } from "./softCrossEntropy.ts";
import { forRows, logSoftmax, softmax } from "./softmax.ts";

interface CrossEntropyParams {
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
  /** Part of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

const plain: CrossEntropyParams = { reduction: "mean", ignoreIndex: -100, labelSmoothing: 0 };

/** How many targets count, as a float. */
function numberThat(counts: Tensor): Tensor {
  return counts.to("int32").sum().to("float32");
}

const classes = (count: number, n: number) =>
  ({ shape: [n], dtype: "int32", values: [0, count] }) as const;
const given = (data: readonly number[]) =>
  ({ shape: [data.length], dtype: "int32", values: { data } }) as const;

export const crossEntropyOp = defineOp<CrossEntropyParams>({
  name: "crossEntropy",
  shape(inputs, { reduction }) {
    const [logits, target] = inputs as readonly [TensorType, TensorType];
    checkLogits("crossEntropy", logits, target);
    return { shape: reduction === "none" ? target.shape : [], dtype: "float32" };
  },
  // softmax − target distribution, for each image that counts times the gradient of its loss.
  backward({ grad, inputs, params: { reduction, ignoreIndex, labelSmoothing } }) {
    const [logits, target] = inputs as [Tensor, Tensor];
    const [batch, numClasses] = logits.shape as readonly [number, number];
    const counts = target.ne(ignoreIndex);
    const scale =
      reduction === "none"
        ? grad.reshape([batch, 1])
        : reduction === "sum"
          ? grad
          : grad.div(numberThat(counts));
    const truth = isClass(target, numClasses).to("float32");
    const wanted =
      labelSmoothing === 0 ? truth : truth.mul(1 - labelSmoothing).add(labelSmoothing / numClasses);
    const gradient = softmax(logits, 1).sub(wanted).mul(scale);
    return [gradient.where(counts.reshape([batch, 1]), 0), null];
  },
  reference(inputs, output, { reduction, ignoreIndex, labelSmoothing }) {
    const [logits, target] = inputs as readonly [ReferenceArray, ReferenceArray];
    const numClasses = logits.shape[1] as number;
    const losses: number[] = [];
    let counted = 0;
    forRows(logits, 1, (row, { most, total }) => {
      if (target.data[losses.length] === ignoreIndex) {
        losses.push(0);
        return;
      }
      counted++;
      const logProbability = row.map(({ value }) => value - most - Math.log(total));
      const right = logProbability[target.data[losses.length] as number] as number;
      const even =
        labelSmoothing === 0 ? 0 : logProbability.reduce((a, b) => a + b, 0) / numClasses;
      losses.push(-(1 - labelSmoothing) * right - labelSmoothing * even);
    });
    if (reduction === "none") return output.data.set(losses);
    const sum = losses.reduce((a, b) => a + b, 0);
    output.data[0] = reduction === "sum" ? sum : sum / counted;
  },
  lowering: {
    kind: "composite",
    // The right class is picked by comparison, not by its index: no gather, and the gradient above has
    // the same terms.
    build(inputs, { reduction, ignoreIndex, labelSmoothing }) {
      const [logits, target] = inputs as [Tensor, Tensor];
      const counts = target.ne(ignoreIndex);
      const numClasses = logits.shape[1] as number;
      const shifted = logits.sub(logits.amax(1, { keepdim: true }));
      const logTotal = shifted.exp().sum(1).log();
      const right = shifted.where(isClass(target, numClasses), 0).sum(1);
      const losses =
        labelSmoothing === 0
          ? logTotal.sub(right)
          : logTotal
              .sub(right.mul(1 - labelSmoothing))
              .sub(shifted.sum(1).mul(labelSmoothing / numClasses));
      const counted = losses.where(counts, 0);
      if (reduction !== "mean") return reduceLoss(counted, reduction);
      return counted.sum().div(numberThat(counts));
    },
  },
  cases: [
    {
      name: "mean",
      inputs: [{ shape: [6, 10] }, classes(10, 6)],
      params: plain,
    },
    {
      name: "sum",
      inputs: [{ shape: [5, 3] }, classes(3, 5)],
      params: { ...plain, reduction: "sum" },
    },
    {
      name: "none",
      inputs: [{ shape: [5, 7] }, classes(7, 5)],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 4] }, classes(4, 0)],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "one image",
      inputs: [{ shape: [1, 4] }, classes(4, 1)],
      params: plain,
    },
    {
      name: "smoothed labels",
      inputs: [{ shape: [5, 4] }, classes(4, 5)],
      params: { ...plain, labelSmoothing: 0.1 },
    },
    {
      name: "numbers whose exponentials overflow",
      inputs: [
        { shape: [2, 3], values: { data: [1000, 0, -1000, -500, 500, 0] } },
        { shape: [2], dtype: "int32", values: { data: [2, 1] } },
      ],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "some ignored",
      inputs: [{ shape: [5, 3] }, given([2, -100, 0, 1, -100])],
      params: plain,
    },
    {
      name: "some ignored, none",
      inputs: [{ shape: [5, 3] }, given([2, -100, 0, 1, -100])],
      params: { ...plain, reduction: "none", labelSmoothing: 0.1 },
    },
    {
      name: "a class ignored",
      inputs: [{ shape: [5, 3] }, given([2, 1, 0, 1, 0])],
      params: { ...plain, ignoreIndex: 1, labelSmoothing: 0.1 },
    },
    {
      name: "a target of another length",
      inputs: [{ shape: [6, 10] }, classes(10, 5)],
      params: plain,
      refused: /crossEntropy: 6 rows of logits, 5 targets/,
    },
    {
      name: "a target of floats",
      inputs: [{ shape: [6, 10] }, { shape: [6] }],
      params: plain,
      refused: /crossEntropy: targets are class numbers \(int32\), got float32/,
    },
  ],
});

export interface CrossEntropyOptions extends LossOptions {
  /** Factor of each class, `[classes]`; for class numbers the mean is then over the weights of the targets. */
  readonly weight?: Tensor | null;
  /** Targets of this number do not count (default −100). */
  readonly ignoreIndex?: number;
  /** Part of the target that is spread evenly over all classes, 0 to 1 (default 0). */
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy of logits and class numbers or probabilities, as `torch.nn.functional.cross_entropy`.
 *
 *     loss[n] = −weight[target[n]] · ln softmax(logits[n])[target[n]],   0 where the target is ignored
 *     mean    = Σ loss[n] / Σ weight[target[n]],                         both over targets that count
 *     loss[n] = −Σ_c weight[c] · target[n, c] · ln softmax(logits[n])[c]   for probabilities; mean over n
 *
 * That the class numbers are in range is up to the caller: they are not known yet when the operation is
 * recorded (data loaders check them).
 * @param logits  `[batch, classes]`, `[batch, classes, …]` (images to segment) or `[classes]`, before any softmax
 * @param target  class numbers in `[0, classes)`, integers `[batch]`, `[batch, …]` or `[]`; or probabilities,
 *                floats in the shape of the logits
 * @param options weight: a factor for each class, `[classes]`; ignoreIndex: class number that does not count
 *                (default −100);
 *                labelSmoothing: part of the target that is spread evenly over all classes, 0 to 1;
 *                reduction: "mean" (default), "sum" or "none"
 * @returns a scalar, or one loss for each target without reduction; the mean is NaN if no target counts
 * @throws ShapeError if the shapes do not fit; DtypeError if the target is neither; OptionError for
 *         impossible values
 * @example await crossEntropy(Tensor.zeros([1, 2]), Tensor.from([0], { dtype: "int32" })).item() // 0.693…
 * @example await crossEntropy(Tensor.zeros([1, 2]), Tensor.from([[0.5, 0.5]])).item() // 0.693…
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const name = "crossEntropy";
  checkOptions(name, options, ["weight", "ignoreIndex", "labelSmoothing", "reduction"]);
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  checkSmoothing(name, labelSmoothing);
  const params = { reduction: checkReduction(name, options), labelSmoothing };
  const weights = weight === null ? [] : [weight];
  return asBatch(logits, classNumbers(target), options, (scores, truth) => {
    // Checked here too, so that the error names this function.
    if (truth.dtype === "float32" && truth.ndim >= 2) {
      checkProbabilities(name, scores, truth, weights[0]);
      if (ignoreIndex >= 0) {
        throw new OptionError(`${name}: probabilities have no class number to ignore`, {
          facts: [{ name: "ignoreIndex", value: String(ignoreIndex) }],
        });
      }
      return apply(softCrossEntropyOp, [scores, truth, ...weights], params);
    }
    // The common form: its gradient is simpler than that of the parts.
    if (scores.ndim === 2 && weight === null)
      return apply(crossEntropyOp, [scores, truth], { ...params, ignoreIndex });
    checkClassScores(name, scores, truth, weights[0]);
    return apply(nllLossOp, [logSoftmax(scores, 1), truth, ...weights], {
      ...params,
      ignoreIndex,
    });
  });
}

/** Throws unless it is a share. */
export function checkSmoothing(where: string, labelSmoothing: number): void {
  if (labelSmoothing >= 0 && labelSmoothing <= 1) return;
  throw new OptionError(`${where}: labelSmoothing is ${labelSmoothing}`, {
    hint: "give a number from 0 to 1",
  });
}
