// after: the same elements, not read before something else is computed. What is made of them is so kept from
// being made early and held, and from being merged with what was made of the elements before.
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";

export const afterOp = defineOp<undefined>({
  name: "after",
  shape: ([x]) => ({ shape: (x as TensorType).shape, dtype: (x as TensorType).dtype }),
  backward: ({ grad }) => [grad, null],
  reference([x], output) {
    output.data.set((x as ReferenceArray).data);
  },
  lowering: { kind: "reshape", waits: true },
  cases: [
    {
      name: "a vector after a matrix",
      inputs: [{ shape: [5] }, { shape: [2, 3] }],
      params: undefined,
    },
    {
      name: "integers after a scalar",
      inputs: [{ shape: [2, 3], dtype: "int32", values: [-9, 9] }, { shape: [] }],
      params: undefined,
      gradient: false,
    },
    {
      name: "an empty batch",
      inputs: [{ shape: [0, 3] }, { shape: [1] }],
      params: undefined,
    },
    {
      name: "after nothing",
      inputs: [{ shape: [4, 3] }, { shape: [0] }],
      params: undefined,
    },
  ],
});

/**
 * The same values, of which nothing is computed before `other` is.
 * @param x     any tensor
 * @param other what comes first; its values do not matter
 * @example await after(Tensor.from([1, 2]), Tensor.ones([3])).array() // [1, 2]
 */
export function after(x: Tensor, other: Tensor): Tensor {
  return apply(afterOp, [x, other], undefined);
}
