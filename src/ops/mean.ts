// mean: the average along axes.
import { defineOp, type ReferenceArray } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import {
  type Dims,
  type ReduceOptions,
  type ReduceParams,
  reduceCases,
  reducedShape,
  reducedSize,
  reduceParams,
} from "./reduce.ts";
import { sum, sumOp } from "./sum.ts";

export const meanOp = defineOp<ReduceParams>({
  name: "mean",
  shape: (inputs, params) => sumOp.shape(inputs, params),
  backward({ grad, inputs: [input], params: { axes } }) {
    const { shape } = input as Tensor;
    return [
      grad
        .mul(1 / reducedSize(shape, axes))
        .reshape(reducedShape(shape, axes, true))
        .expand(shape),
    ];
  },
  reference(inputs, output, params) {
    sumOp.reference(inputs, output, params);
    const count = reducedSize((inputs[0] as ReferenceArray).shape, params.axes);
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = (output.data[i] as number) / count;
  },
  lowering: {
    kind: "composite",
    build([input], { axes, keepdim }) {
      const x = input as Tensor;
      return sum(x, axes, { keepdim }).div(reducedSize(x.shape, axes));
    },
  },
  cases: reduceCases(true).filter((test) => test.inputs[0]?.dtype !== "int32"),
});

/**
 * Mean along axes, as `torch.mean`; integers are averaged as floats.
 * @param x   any tensor
 * @param dim axis or axes; all if undefined
 * @param options keepdim: keep the reduced axes with size 1
 * @returns float32; NaN where there are no elements
 * @throws ShapeError if an axis does not exist
 * @example await mean(Tensor.from([[1, 2], [3, 4]]), 0).array() // [2, 3]
 */
export function mean(x: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
  return apply(meanOp, [cast(x, "float32")], reduceParams("mean", x, dim, options));
}
