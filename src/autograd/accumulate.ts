// The walk of reverse-mode differentiation: from a result down to what it was made of, each op asked
// once for the gradients of its inputs.
import type { Node } from "../tensor/node.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * Gradients of `root` for each node below it that requires one, given the gradient of root itself.
 * Rules are written in ops, so that what they build is recorded like any other computation.
 */
export function gradientsBelow(root: Node, rootGrad: Tensor): Map<Node, Tensor> {
  const gradients = new Map<Node, Tensor>([[root, rootGrad]]);
  for (const node of usersFirst(root)) {
    const grad = gradients.get(node);
    if (grad === undefined || node.op?.backward === undefined) continue;
    const inputs = node.inputs.map((input) => new Tensor(input));
    const inputGrads = node.op.backward({
      grad,
      inputs,
      output: new Tensor(node),
      params: node.params,
    });
    node.inputs.forEach((input, i) => {
      const inputGrad = inputGrads[i] ?? null;
      if (!input.requiresGrad || inputGrad === null) return;
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? inputGrad : before.add(inputGrad));
    });
  }
  return gradients;
}

/** Nodes that require gradients, each before its inputs, so that its gradient is complete when its turn comes. */
function usersFirst(root: Node): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>([root]);
  // An explicit stack: a graph can be deeper than the call stack.
  const stack: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as (typeof stack)[number];
    const input = top.node.inputs[top.next++];
    if (input === undefined) {
      order.push(top.node);
      stack.pop();
    } else if (input.requiresGrad && !seen.has(input)) {
      seen.add(input);
      stack.push({ node: input, next: 0 });
    }
  }
  return order.reverse();
}
