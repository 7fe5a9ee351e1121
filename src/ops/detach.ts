// detach: the same elements, without history.
import { defineOp, type TensorType } from "../tensor/op.ts";
import { apply, Tensor } from "../tensor/tensor.ts";

export const detachOp = defineOp<undefined>({
  name: "detach",
  shape: ([x]) => ({ shape: (x as TensorType).shape, dtype: (x as TensorType).dtype }),
  reference([x], output) {
    output.data.set((x as { data: Float64Array }).data);
  },
  lowering: { kind: "reshape" },
  cases: [
    { name: "an empty batch", inputs: [{ shape: [0, 3] }], params: undefined, gradient: false },
    { name: "a matrix", inputs: [{ shape: [2, 3] }], params: undefined, gradient: false },
    {
      name: "integers",
      inputs: [{ shape: [5], dtype: "int32", values: [-9, 9] }],
      params: undefined,
      gradient: false,
    },
  ],
});

/**
 * The same values, cut from their history: no gradient flows through, as `x.detach()`.
 * @param x any tensor
 * @returns a tensor with `requiresGrad` false
 * @example detach(Tensor.ones([2], { requiresGrad: true })).requiresGrad // false
 */
export function detach(x: Tensor): Tensor {
  return x.requiresGrad ? apply(detachOp, [x], undefined) : new Tensor(x.node);
}
