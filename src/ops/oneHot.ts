// oneHot: class indices as rows with a single 1.
import { DtypeError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { arange } from "./arange.ts";
import { cast } from "./cast.ts";
import { eq } from "./compare.ts";
import { reshape } from "./reshape.ts";

/**
 * Is it class c? bool, in the shape of the indices with an axis of classes put in: at the end,
 * `[..., numClasses]`, unless an axis is given. Indices out of range are no class.
 * @internal
 */
export function isClass(index: Tensor, numClasses: number, axis = index.ndim): Tensor {
  const { shape } = index;
  const inner = shape.slice(axis);
  const classes = arange(numClasses);
  return eq(
    reshape(index, [...shape.slice(0, axis), 1, ...inner]),
    inner.length === 0 ? classes : reshape(classes, [numClasses, ...inner.map(() => 1)]),
  );
}

/**
 * Class indices as rows with a single 1, as `torch.nn.functional.one_hot`.
 * @param index      integers `[...]` in `[0, numClasses)`; others give rows of zeros
 * @param numClasses length of a row
 * @returns int32 `[..., numClasses]`
 * @throws DtypeError if the indices are not integers
 * @example await oneHot(Tensor.from([1], { dtype: "int32" }), 3).array() // [[0, 1, 0]]
 */
export function oneHot(index: Tensor, numClasses: number): Tensor {
  if (index.dtype === "float32" || index.dtype === "bool") {
    throw new DtypeError(`oneHot: indices are integers, got ${index.dtype}`, {
      hint: 'convert first: index.to("int32")',
    });
  }
  return cast(isClass(index, numClasses), "int32");
}
