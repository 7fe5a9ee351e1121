// crossEntropy: how surprised a classifier is by the right classes.
import { checkOptions, DtypeError, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { checkReduction, type LossOptions, type Reduction, reduceLoss } from "./losses.ts";
import { isClass } from "./oneHot.ts";
import { checkDomain } from "./pointwise.ts";
import { forRows, softmax } from "./softmax.ts";

interface CrossEntropyParams {
  readonly reduction: Reduction;
  /** Part of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

const classes = (count: number, n: number) =>
  ({ shape: [n], dtype: "int32", values: [0, count] }) as const;

export const crossEntropyOp = defineOp<CrossEntropyParams>({
  name: "crossEntropy",
  shape(inputs, { reduction }) {
    const [logits, target] = inputs as readonly [TensorType, TensorType];
    checkLogits("crossEntropy", logits, target);
    return { shape: reduction === "none" ? target.shape : [], dtype: "float32" };
  },
  // softmax − target distribution, for each image times the gradient of its loss.
  backward({ grad, inputs, params: { reduction, labelSmoothing } }) {
    const [logits, target] = inputs as [Tensor, Tensor];
    const [batch, numClasses] = logits.shape as readonly [number, number];
    const scale =
      reduction === "none"
        ? grad.reshape([batch, 1])
        : reduction === "sum"
          ? grad
          : grad.mul(1 / batch);
    const truth = isClass(target, numClasses).to("float32");
    const wanted =
      labelSmoothing === 0 ? truth : truth.mul(1 - labelSmoothing).add(labelSmoothing / numClasses);
    return [softmax(logits, 1).sub(wanted).mul(scale), null];
  },
  reference(inputs, output, { reduction, labelSmoothing }) {
    const [logits, target] = inputs as readonly [ReferenceArray, ReferenceArray];
    const [batch, numClasses] = logits.shape as readonly [number, number];
    const losses: number[] = [];
    forRows(logits, 1, (row, { most, total }) => {
      const logProbability = row.map(({ value }) => value - most - Math.log(total));
      const right = logProbability[target.data[losses.length] as number] as number;
      const even =
        labelSmoothing === 0 ? 0 : logProbability.reduce((a, b) => a + b, 0) / numClasses;
      losses.push(-(1 - labelSmoothing) * right - labelSmoothing * even);
    });
    if (reduction === "none") return output.data.set(losses);
    const sum = losses.reduce((a, b) => a + b, 0);
    output.data[0] = reduction === "sum" ? sum : sum / batch;
  },
  lowering: {
    kind: "composite",
    // The right class is picked by comparison, not by its index: no gather, and the gradient above has
    // the same terms.
    build(inputs, { reduction, labelSmoothing }) {
      const [logits, target] = inputs as [Tensor, Tensor];
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
      return reduceLoss(losses, reduction);
    },
  },
  cases: [
    {
      name: "mean",
      inputs: [{ shape: [6, 10] }, classes(10, 6)],
      params: { reduction: "mean", labelSmoothing: 0 },
    },
    {
      name: "sum",
      inputs: [{ shape: [5, 3] }, classes(3, 5)],
      params: { reduction: "sum", labelSmoothing: 0 },
    },
    {
      name: "none",
      inputs: [{ shape: [5, 7] }, classes(7, 5)],
      params: { reduction: "none", labelSmoothing: 0 },
    },
    {
      name: "one image",
      inputs: [{ shape: [1, 4] }, classes(4, 1)],
      params: { reduction: "mean", labelSmoothing: 0 },
    },
    {
      name: "smoothed labels",
      inputs: [{ shape: [5, 4] }, classes(4, 5)],
      params: { reduction: "mean", labelSmoothing: 0.1 },
    },
    {
      name: "numbers whose exponentials overflow",
      inputs: [
        { shape: [2, 3], values: { data: [1000, 0, -1000, -500, 500, 0] } },
        { shape: [2], dtype: "int32", values: { data: [2, 1] } },
      ],
      params: { reduction: "none", labelSmoothing: 0 },
    },
    {
      name: "a target of another length",
      inputs: [{ shape: [6, 10] }, classes(10, 5)],
      params: { reduction: "mean", labelSmoothing: 0 },
      refused: /crossEntropy: 6 rows of logits, 5 targets/,
    },
    {
      name: "a target of floats",
      inputs: [{ shape: [6, 10] }, { shape: [6] }],
      params: { reduction: "mean", labelSmoothing: 0 },
      refused: /crossEntropy: targets are class numbers \(int32\), got float32/,
    },
  ],
});

/** Throws unless these are logits `[batch, classes]` and one class number for each row. */
export function checkLogits(op: string, logits: TensorType, target: TensorType): void {
  checkDomain(op, logits.dtype, "float");
  const facts = {
    logits: { shape: logits.shape, layout: "[batch, classes]" },
    target: { shape: target.shape, layout: "[batch]" },
  };
  if (target.dtype !== "int32") {
    throw new DtypeError(`${op}: targets are class numbers (int32), got ${target.dtype}`, {
      hint: 'convert first: target.to("int32")',
    });
  }
  if (logits.shape.length !== 2 || target.shape.length !== 1) {
    throw shapeError(op, "takes logits [batch, classes] and targets [batch]", facts);
  }
  if (logits.shape[0] !== target.shape[0]) {
    throw shapeError(op, `${logits.shape[0]} rows of logits, ${target.shape[0]} targets`, facts);
  }
}

export interface CrossEntropyOptions extends LossOptions {
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy of logits and class numbers, as `torch.nn.functional.cross_entropy`.
 *
 *     loss[n] = −ln softmax(logits[n])[target[n]]
 *
 * That the class numbers are in range is up to the caller: they are not known yet when the operation is
 * recorded (data loaders check them).
 * @param logits  `[batch, classes]`, before any softmax
 * @param target  class numbers, integers `[batch]` in `[0, classes)`
 * @param options reduction: "mean" (default), "sum" or "none"; labelSmoothing: part of the target that is
 *                spread evenly over all classes, 0 to 1
 * @returns a scalar, or `[batch]` without reduction
 * @throws ShapeError if the numbers of rows differ; DtypeError if the target is not integers
 * @example await crossEntropy(Tensor.zeros([1, 2]), Tensor.from([0], { dtype: "int32" })).item() // 0.693…
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  checkOptions("crossEntropy", options, ["reduction", "labelSmoothing"]);
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OptionError(`crossEntropy: labelSmoothing is ${labelSmoothing}`, {
      hint: "give a number from 0 to 1",
    });
  }
  const classNumbers = target.dtype === "uint8" ? cast(target, "int32") : target;
  return apply(crossEntropyOp, [logits, classNumbers], {
    reduction: checkReduction("crossEntropy", options),
    labelSmoothing,
  });
}
