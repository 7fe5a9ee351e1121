// backward(): gradients of a result, added to the leaves it was made of.
import { detach } from "../ops/detach.ts";
import type { Node } from "../tensor/node.ts";
import { noGrad } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gradientsBelow } from "./accumulate.ts";
import { scaled, unscaled } from "./scale.ts";
import { seed } from "./seed.ts";

/**
 * Computes the gradient of `root` with respect to every leaf below it that has `requiresGrad`, and adds
 * it to the leaf's `grad`, as `torch.Tensor.backward`. Nothing runs yet: gradients are values like others.
 * @param root     the result, usually a loss
 * @param rootGrad gradient of the final result with respect to root; 1 unless given
 * @throws FoveaError if nothing below root requires a gradient; ShapeError if root is not a scalar and no
 *         gradient is given, or the gradient has another shape
 * @example
 * const x = Tensor.from([1, 2], { requiresGrad: true });
 * backward(x.mul(x).sum());
 * await x.grad.array() // [2, 4]
 */
export function backward(root: Tensor, rootGrad?: Tensor): void {
  const start = seed("backward", root, rootGrad);
  noGrad(() => {
    const gradients = gradientsBelow(root.node, scaled(start));
    for (const [node, gradient] of gradients) addToLeaf(node, gradient);
  });
}

/** Adds to the gradients collected so far. What is kept has no history of its own. */
function addToLeaf({ leaf }: Node, gradient: Tensor): void {
  if (leaf === null) return;
  const detached = detach(unscaled(gradient));
  leaf.grad = leaf.grad === null ? detached : leaf.grad.add(detached);
}
