// nllLoss: the negative log-likelihood of the right classes.
import { checkOptions } from "../tensor/errors.ts";
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { sizeOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { asBatch, besideClasses, checkClassScores, classNumbers } from "./classTargets.ts";
import { checkReduction, type LossOptions, type Reduction, reduceLoss } from "./losses.ts";
import { isClass } from "./oneHot.ts";

interface NllLossParams {
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
  /** Part of the target that is spread evenly over all classes (cross entropy's). */
  readonly labelSmoothing: number;
}

const plain: NllLossParams = { reduction: "mean", ignoreIndex: -100, labelSmoothing: 0 };

/** Log-probabilities `[batch, classes, …]`, class numbers `[batch, …]`, and perhaps weights `[classes]`. */
export const nllLossOp = defineOp<NllLossParams>({
  name: "nllLoss",
  shape(inputs, { reduction }) {
    const [scores, target, weight] = inputs as readonly [TensorType, TensorType, TensorType?];
    checkClassScores("nllLoss", scores, target, weight);
    return { shape: reduction === "none" ? target.shape : [], dtype: "float32" };
  },
  reference(inputs, output, { reduction, ignoreIndex, labelSmoothing }) {
    const [scores, target, weight] = inputs as readonly [
      ReferenceArray,
      ReferenceArray,
      ReferenceArray?,
    ];
    const numClasses = scores.shape[1] as number;
    const inner = sizeOf(scores.shape.slice(2));
    const weightOf = (c: number): number => weight?.data[c] ?? 1;
    let sum = 0;
    let total = 0;
    for (let i = 0; i < target.data.length; i++) {
      const right = target.data[i] as number;
      let loss = 0;
      if (right !== ignoreIndex) {
        const first = Math.floor(i / inner) * numClasses * inner + (i % inner);
        const lossOf = (c: number): number =>
          -weightOf(c) * (scores.data[first + c * inner] as number);
        loss = (1 - labelSmoothing) * lossOf(right);
        if (labelSmoothing !== 0) {
          for (let c = 0; c < numClasses; c++) loss += (labelSmoothing / numClasses) * lossOf(c);
        }
        total += weightOf(right);
      }
      sum += loss;
      if (reduction === "none") output.data[i] = loss;
    }
    if (reduction !== "none") output.data[0] = reduction === "sum" ? sum : sum / total;
  },
  lowering: {
    kind: "composite",
    // What is ignored is masked last, so that its gradient is 0 even where the mean is 0 / 0.
    build(inputs, { reduction, ignoreIndex, labelSmoothing }) {
      const [scores, target, weight] = inputs as [Tensor, Tensor, Tensor?];
      const [batch, numClasses, ...places] = scores.shape as [number, number, ...number[]];
      const counts = target.ne(ignoreIndex);
      const beside = counts.reshape([batch, 1, ...places]);
      const isOrdinary = ignoreIndex < 0 || ignoreIndex >= numClasses;
      const named = isClass(target, numClasses, 1);
      const truth = isOrdinary ? named : named.logicalAnd(beside);
      const classWeight = weight === undefined ? null : besideClasses(weight, scores);
      const weighted = classWeight === null ? scores : scores.mul(classWeight);
      const right = weighted.where(truth, 0).sum(1);
      const losses =
        labelSmoothing === 0
          ? right.neg()
          : right.mul(labelSmoothing - 1).sub(
              weighted
                .where(beside, 0)
                .sum(1)
                .mul(labelSmoothing / numClasses),
            );
      if (reduction !== "mean") return reduceLoss(losses, reduction);
      const total =
        classWeight === null
          ? counts.to("int32").sum().to("float32")
          : classWeight.where(truth, 0).sum();
      return losses.sum().div(total);
    },
  },
  cases: nllCases(),
});

function nllCases(): Case<NllLossParams>[] {
  const classes = (count: number, shape: readonly number[]) =>
    ({ shape, dtype: "int32", values: [0, count] }) as const;
  const given = (data: readonly number[], shape: readonly number[] = [data.length]) =>
    ({ shape, dtype: "int32", values: { data } }) as const;
  const weights = (count: number) => ({ shape: [count], values: "positive" }) as const;
  const some = given([2, -100, 0, 1, -100]);
  return [
    { name: "mean", inputs: [{ shape: [6, 10] }, classes(10, [6])], params: plain },
    {
      name: "sum",
      inputs: [{ shape: [5, 3] }, classes(3, [5])],
      params: { ...plain, reduction: "sum" },
    },
    {
      name: "none",
      inputs: [{ shape: [5, 7] }, classes(7, [5])],
      params: { ...plain, reduction: "none" },
    },
    { name: "some ignored", inputs: [{ shape: [5, 3] }, some], params: plain },
    {
      name: "some ignored, none",
      inputs: [{ shape: [5, 3] }, some, weights(3)],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "a class ignored",
      inputs: [{ shape: [5, 3] }, given([2, 1, 0, 1, 0])],
      params: { ...plain, ignoreIndex: 1 },
    },
    {
      name: "weights and a class ignored",
      inputs: [{ shape: [5, 3] }, given([2, 1, 0, 1, 0]), weights(3)],
      params: { ...plain, ignoreIndex: 1 },
    },
    {
      name: "smoothed labels, weights and some ignored",
      inputs: [{ shape: [5, 3] }, some, weights(3)],
      params: { ...plain, labelSmoothing: 0.1 },
    },
    {
      name: "smoothed labels and some ignored",
      inputs: [{ shape: [5, 3] }, some],
      params: { ...plain, labelSmoothing: 0.25 },
    },
    {
      name: "images, weights",
      inputs: [{ shape: [2, 5, 3, 7] }, classes(5, [2, 3, 7]), weights(5)],
      params: plain,
    },
    {
      name: "images, none",
      inputs: [{ shape: [2, 3, 3, 5] }, classes(3, [2, 3, 5])],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "images of a pixel, a single class",
      inputs: [{ shape: [2, 1, 1, 1] }, classes(1, [2, 1, 1])],
      params: plain,
    },
    {
      name: "sequences, smoothed labels",
      inputs: [{ shape: [2, 3, 5] }, given([0, 1, 2, -100, 0, 1, 2, 2, -100, 0], [2, 5])],
      params: { ...plain, labelSmoothing: 0.1, reduction: "sum" },
    },
    {
      name: "all ignored",
      inputs: [{ shape: [2, 3] }, given([-100, -100]), weights(3)],
      params: plain,
      gradient: false,
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3] }, given([])],
      params: plain,
      gradient: false,
    },
    {
      name: "impossible classes",
      inputs: [
        { shape: [2, 2], values: { data: [Number.NEGATIVE_INFINITY, 0, 0, -1e4] } },
        given([1, 1]),
      ],
      params: plain,
      gradient: false,
    },
    {
      name: "a target of another length",
      inputs: [{ shape: [6, 10] }, classes(10, [5])],
      params: plain,
      refused: /nllLoss: 6 rows of logits, 5 targets/,
    },
    {
      name: "images of another size",
      inputs: [{ shape: [2, 3, 4, 4] }, classes(3, [2, 4, 5])],
      params: plain,
      refused: /the targets' sizes are not those of the logits behind the classes/,
    },
    {
      name: "images without their axis of classes",
      inputs: [{ shape: [2, 4, 4] }, classes(3, [2, 4, 4])],
      params: plain,
      refused: /takes logits \[batch, classes, …\] and targets \[batch, …\]/,
    },
    {
      name: "too few weights",
      inputs: [{ shape: [2, 3] }, classes(3, [2]), weights(2)],
      params: plain,
      refused: /weight is not one number for each of 3 classes/,
    },
    {
      name: "a target of floats",
      inputs: [{ shape: [6, 10] }, { shape: [6] }],
      params: plain,
      refused: /targets are class numbers \(int32\), got float32/,
    },
  ];
}

export interface NllLossOptions extends LossOptions {
  /** Factor of each class, `[classes]`; the mean is then over the weights of the targets. */
  readonly weight?: Tensor | null;
  /** Targets of this number do not count (default −100). */
  readonly ignoreIndex?: number;
}

/**
 * −logProbabilities[n, target[n]], as `torch.nn.functional.nll_loss`: cross entropy after a log-softmax.
 *
 *     loss[n] = −weight[target[n]] · logProbabilities[n, target[n]],   0 where the target is ignored
 *     mean    = Σ loss[n] / Σ weight[target[n]],                       both over targets that count
 *
 * @param logProbabilities `[batch, classes]`, `[batch, classes, …]` or `[classes]`
 * @param target  class numbers, integers `[batch]`, `[batch, …]` or `[]`
 * @param options weight: a factor for each class, `[classes]`; ignoreIndex: class number that does not count
 *                (−100); reduction: "mean" (default), "sum" or "none"
 * @returns a scalar, or the shape of the target without reduction; the mean is NaN if no target counts
 * @throws ShapeError if the shapes do not fit; DtypeError if the target is not integers
 * @example await nllLoss(Tensor.from([[-1, -2]]), Tensor.from([1], { dtype: "int32" })).item() // 2
 */
export function nllLoss(
  logProbabilities: Tensor,
  target: Tensor,
  options: NllLossOptions = {},
): Tensor {
  checkOptions("nllLoss", options, ["weight", "ignoreIndex", "reduction"]);
  const { weight = null, ignoreIndex = -100 } = options;
  const params = { reduction: checkReduction("nllLoss", options), ignoreIndex, labelSmoothing: 0 };
  return asBatch(logProbabilities, classNumbers(target), options, (scores, numbers) =>
    apply(nllLossOp, [scores, numbers, ...(weight === null ? [] : [weight])], params),
  );
}
