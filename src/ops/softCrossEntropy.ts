// softCrossEntropy: cross entropy of logits and probabilities of the classes.
import { type Case, defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { sameShape, shapeError, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { besideClasses, checkClassWeight } from "./classTargets.ts";
import { type Reduction, reduceLoss } from "./losses.ts";
import { checkDomain } from "./pointwise.ts";
import { logSoftmax } from "./softmax.ts";

interface SoftCrossEntropyParams {
  readonly reduction: Reduction;
  readonly labelSmoothing: number;
}

const plain: SoftCrossEntropyParams = { reduction: "mean", labelSmoothing: 0 };

/** Logits and probabilities `[batch, classes, …]`, and perhaps weights `[classes]`. */
export const softCrossEntropyOp = defineOp<SoftCrossEntropyParams>({
  name: "softCrossEntropy",
  shape(inputs, { reduction }) {
    const [logits, target, weight] = inputs as readonly [TensorType, TensorType, TensorType?];
    checkProbabilities("softCrossEntropy", logits, target, weight);
    const places = logits.shape.filter((_, axis) => axis !== 1);
    return { shape: reduction === "none" ? places : [], dtype: "float32" };
  },
  reference(inputs, output, { reduction, labelSmoothing }) {
    const [logits, target, weight] = inputs as readonly [
      ReferenceArray,
      ReferenceArray,
      ReferenceArray?,
    ];
    const numClasses = logits.shape[1] as number;
    const inner = sizeOf(logits.shape.slice(2));
    const places = (logits.shape[0] as number) * inner;
    let sum = 0;
    for (let i = 0; i < places; i++) {
      const at = (c: number): number =>
        Math.floor(i / inner) * numClasses * inner + c * inner + (i % inner);
      let most = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < numClasses; c++) most = Math.max(most, logits.data[at(c)] as number);
      let total = 0;
      for (let c = 0; c < numClasses; c++) total += Math.exp((logits.data[at(c)] as number) - most);
      let loss = 0;
      for (let c = 0; c < numClasses; c++) {
        const share =
          (target.data[at(c)] as number) * (1 - labelSmoothing) + labelSmoothing / numClasses;
        const logProbability = (logits.data[at(c)] as number) - most - Math.log(total);
        loss -= share * (weight?.data[c] ?? 1) * logProbability;
      }
      sum += loss;
      if (reduction === "none") output.data[i] = loss;
    }
    if (reduction !== "none") output.data[0] = reduction === "sum" ? sum : sum / places;
  },
  lowering: {
    kind: "composite",
    build(inputs, { reduction, labelSmoothing }) {
      const [logits, target, weight] = inputs as [Tensor, Tensor, Tensor?];
      const numClasses = logits.shape[1] as number;
      const smoothed =
        labelSmoothing === 0
          ? target
          : target.mul(1 - labelSmoothing).add(labelSmoothing / numClasses);
      const wanted = weight === undefined ? smoothed : smoothed.mul(besideClasses(weight, logits));
      return reduceLoss(logSoftmax(logits, 1).mul(wanted).sum(1).neg(), reduction);
    },
  },
  cases: softCases(),
});

function softCases(): Case<SoftCrossEntropyParams>[] {
  const shares = (shape: readonly number[]) => ({ shape, values: "positive" }) as const;
  return [
    { name: "mean", inputs: [{ shape: [5, 7] }, shares([5, 7])], params: plain },
    {
      name: "none",
      inputs: [{ shape: [3, 4] }, shares([3, 4])],
      params: { ...plain, reduction: "none" },
    },
    {
      name: "smoothed, weighted, sum",
      inputs: [{ shape: [3, 4] }, shares([3, 4]), shares([4])],
      params: { reduction: "sum", labelSmoothing: 0.1 },
    },
    {
      name: "images, weights",
      inputs: [{ shape: [2, 3, 3, 5] }, shares([2, 3, 3, 5]), shares([3])],
      params: plain,
    },
    { name: "a single class", inputs: [{ shape: [2, 1] }, shares([2, 1])], params: plain },
    {
      name: "numbers whose exponentials overflow",
      inputs: [
        { shape: [2, 3], values: { data: [1e4, 0, -1e4, -500, 500, 0] } },
        { shape: [2, 3], values: { data: [0.5, 0.25, 0.25, 0, 1, 0] } },
      ],
      params: { ...plain, reduction: "none" },
      gradient: false,
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3] }, { shape: [0, 3] }],
      params: plain,
      gradient: false,
    },
    {
      name: "probabilities of fewer classes",
      inputs: [{ shape: [2, 3] }, shares([2, 2])],
      params: plain,
      refused: /probabilities have another shape than the logits/,
    },
    {
      name: "a vector",
      inputs: [{ shape: [3] }, shares([3])],
      params: plain,
      refused: /the logits have no axis of classes/,
    },
    {
      name: "too few weights",
      inputs: [{ shape: [2, 3] }, shares([2, 3]), shares([2])],
      params: plain,
      refused: /weight is not one number for each of 3 classes/,
    },
  ];
}

/** Throws unless these are logits and probabilities `[batch, classes, …]` and weights `[classes]`. */
export function checkProbabilities(
  op: string,
  logits: TensorType,
  target: TensorType,
  weight: TensorType | undefined,
): void {
  checkDomain(op, logits.dtype, "float");
  checkDomain(op, target.dtype, "float");
  if (logits.shape.length < 2) {
    throw shapeError(op, "the logits have no axis of classes", {
      logits: { shape: logits.shape, layout: "needed: batch, classes, …" },
    });
  }
  if (!sameShape(logits.shape, target.shape)) {
    throw shapeError(
      op,
      "probabilities have another shape than the logits",
      { logits: logits.shape, target: target.shape },
      'class numbers are integers: target.to("int32")',
    );
  }
  checkClassWeight(op, logits, weight);
}
