// A value of its own: assigning one variable to another must not make them share elements.
import { detachOp } from "../ops/detach.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";

/** The same values, computed into other memory. */
export function copyOf(x: Tensor): Tensor {
  return apply(detachOp, [x], undefined);
}
