// logSumExp: ln Σ eˣ without overflow.
import { defineOp, type ReferenceArray } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { amaxOp } from "./amax.ts";
import { cast } from "./cast.ts";
import { broadcastOffsets } from "./loops.ts";
import {
  type Dims,
  type ReduceOptions,
  type ReduceParams,
  reduceCases,
  reducedShape,
  reduceParams,
} from "./reduce.ts";

export const logSumExpOp = defineOp<ReduceParams>({
  name: "logSumExp",
  shape: (inputs, params) => amaxOp.shape(inputs, params),
  backward({ grad, inputs: [input], output, params: { axes } }) {
    const x = input as Tensor;
    const kept = reducedShape(x.shape, axes, true);
    return [x.sub(output.reshape(kept)).exp().mul(grad.reshape(kept))];
  },
  reference(inputs, output, params) {
    const x = inputs[0] as ReferenceArray;
    const most = { ...output, data: new Float64Array(output.data.length) };
    amaxOp.reference(inputs, most, params);
    const offsets = broadcastOffsets(reducedShape(x.shape, params.axes, true), x.shape);
    output.data.fill(0);
    for (let i = 0; i < x.data.length; i++) {
      const at = offsets[i] as number;
      output.data[at] =
        (output.data[at] as number) + Math.exp((x.data[i] as number) - (most.data[at] as number));
    }
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = Math.log(output.data[i] as number) + (most.data[i] as number);
    }
  },
  lowering: {
    kind: "composite",
    build([input], { axes, keepdim }) {
      const x = input as Tensor;
      const most = x.amax(axes, { keepdim: true });
      const total = x.sub(most).exp().sum(axes, { keepdim: true }).log().add(most);
      return keepdim ? total : total.reshape(reducedShape(x.shape, axes, false));
    },
  },
  cases: [
    ...reduceCases(false).filter((test) => test.inputs[0]?.dtype !== "int32"),
    {
      name: "numbers whose exponentials overflow",
      inputs: [{ shape: [2, 3], values: { data: [1000, 999, 998, -1000, -999, -998] } }],
      params: { axes: [1], keepdim: false },
    },
  ],
});

/**
 * ln Σ eˣ along axes, as `torch.logsumexp`.
 * @param x   any tensor
 * @param dim axis or axes
 * @param options keepdim: keep the reduced axes with size 1
 * @throws ShapeError if an axis does not exist, or there are no elements
 * @example await logSumExp(Tensor.from([1000, 1000]), 0).array() // 1000.693…
 */
export function logSumExp(x: Tensor, dim: Dims, options: ReduceOptions = {}): Tensor {
  return apply(logSumExpOp, [cast(x, "float32")], reduceParams("logSumExp", x, dim, options));
}
