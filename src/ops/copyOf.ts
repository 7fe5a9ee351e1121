// A value of its own: assigning one variable to another must not make them share elements.
import { apply, type Tensor } from "../tensor/tensor.ts";
import { detachOp } from "./detach.ts";

/** The same values without history, computed into other memory. @internal */
export function copyOf(x: Tensor): Tensor {
  return apply(detachOp, [x], undefined);
}
