// variance (var) and standard deviation (std) along axes, computed about the mean.
import { checkOptions } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { broadcastOffsets } from "./loops.ts";
import { mean, meanOp } from "./mean.ts";
import {
  type Dims,
  type ReduceOptions,
  type ReduceParams,
  reduceCases,
  reducedShape,
  reducedSize,
  reduceParams,
} from "./reduce.ts";
import { sqrt } from "./sqrt.ts";

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements: 1 (Bessel's) unless given, 0 for the mean of squares. */
  readonly correction?: number;
}

interface VarianceParams extends ReduceParams {
  readonly correction: number;
}

export const varianceOp = defineOp<VarianceParams>({
  name: "variance",
  shape: (inputs, params) => meanOp.shape(inputs, params),
  backward({ grad, inputs: [input], params: { axes, correction } }) {
    const x = input as Tensor;
    const centred = x.sub(x.mean(axes, { keepdim: true }));
    const scale = 2 / Math.max(reducedSize(x.shape, axes) - correction, 0);
    return [centred.mul(grad.reshape(reducedShape(x.shape, axes, true)).mul(scale))];
  },
  reference(inputs, output, params) {
    const x = inputs[0] as ReferenceArray;
    const means = { ...output, data: new Float64Array(output.data.length) };
    meanOp.reference(inputs, means, params);
    const offsets = broadcastOffsets(reducedShape(x.shape, params.axes, true), x.shape);
    output.data.fill(0);
    for (let i = 0; i < x.data.length; i++) {
      const at = offsets[i] as number;
      output.data[at] =
        (output.data[at] as number) + ((x.data[i] as number) - (means.data[at] as number)) ** 2;
    }
    const count = Math.max(reducedSize(x.shape, params.axes) - params.correction, 0);
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = (output.data[i] as number) / count;
  },
  lowering: {
    kind: "composite",
    build([input], { axes, keepdim, correction }) {
      const x = input as Tensor;
      const centred = x.sub(x.mean(axes, { keepdim: true }));
      return centred
        .mul(centred)
        .sum(axes, { keepdim })
        .div(Math.max(reducedSize(x.shape, axes) - correction, 0));
    },
  },
  cases: reduceCases(true)
    .filter(
      (test) =>
        test.inputs[0]?.dtype !== "int32" &&
        test.name !== "a scalar" &&
        test.name !== "an axis of size 1",
    )
    .flatMap((test) =>
      [0, 1].map((correction) => ({
        ...test,
        name: `${test.name}, correction ${correction}`,
        params: { ...test.params, correction },
      })),
    ),
});

/**
 * Variance along axes, as `torch.var`.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim; correction: 1 for the unbiased estimate (default), 0 for the plain mean of squares
 * @throws ShapeError if an axis does not exist
 * @example await variance(Tensor.from([1, 3])).array() // 2
 */
export function variance(x: Tensor, dim?: Dims, options: VarianceOptions = {}): Tensor {
  checkOptions("var", options, ["keepdim", "correction"]);
  const params = { ...reduceParams("var", x, dim, options), correction: options.correction ?? 1 };
  return apply(varianceOp, [cast(x, "float32")], params);
}

/** Standard deviation along axes, √{@link variance}, as `torch.std`. @example await std(Tensor.from([1, 3])).item() // 1.414… */
export function std(x: Tensor, dim?: Dims, options: VarianceOptions = {}): Tensor {
  return sqrt(variance(x, dim, options));
}

/**
 * Variance and mean together, as `torch.var_mean`; the mean is computed once.
 * @example await varMean(Tensor.from([1, 3]))[1].item() // 2
 */
export function varMean(
  x: Tensor,
  dim?: Dims,
  options: VarianceOptions = {},
): readonly [Tensor, Tensor] {
  return [variance(x, dim, options), mean(x, dim, { keepdim: options.keepdim ?? false })];
}
