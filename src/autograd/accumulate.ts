// The walk of reverse-mode differentiation: from a result down to what it was made of, each op asked
// once for the gradients of its inputs.
import { ShapeError } from "../tensor/errors.ts";
import type { Node } from "../tensor/node.ts";
import type { BackwardContext, Op } from "../tensor/op.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { enableGrad, withScope } from "../tensor/state.ts";
import { Tensor } from "../tensor/tensor.ts";
import { scaled, unscaled } from "./scale.ts";

const nowhere: ReadonlySet<Node> = new Set();

/**
 * Gradients of `root` for each node below it that requires one, given the gradient of root itself, both as they travel (`scale.ts`).
 * Rules are written in ops, so that what they build is recorded like any other computation.
 * @param ends nodes below which the walk does not go
 */
export function gradientsBelow(
  root: Node,
  rootGrad: Tensor,
  ends: ReadonlySet<Node> = nowhere,
): Map<Node, Tensor> {
  const gradients = new Map<Node, Tensor>([[root, rootGrad]]);
  for (const node of usersFirst(root, ends)) {
    if (!gradients.has(node) || ends.has(node)) continue;
    const grad = hooked(node, gradients.get(node) as Tensor);
    gradients.set(node, grad);
    if (node.op === null) continue;
    const rule = ruleOf(node.op);
    if (rule === null) continue;
    const inputs = node.inputs.map((input) => new Tensor(input));
    const { path, op } = node.scope;
    withScope({ path, phase: "backward", op: op || node.op.name }, () => {
      const output = new Tensor(node);
      const inputGrads = rule({ grad, inputs, output, params: node.params });
      node.inputs.forEach((input, i) => {
        const inputGrad = inputGrads[i] ?? null;
        if (!input.requiresGrad || inputGrad === null) return;
        const before = gradients.get(input);
        gradients.set(input, before === undefined ? inputGrad : before.add(inputGrad));
      });
    });
  }
  return gradients;
}

/** The gradient after the value's hooks saw it, as it is. */
function hooked(node: Node, grad: Tensor): Tensor {
  if (node.hooks.length === 0) return grad;
  let seen = unscaled(grad);
  for (const hook of node.hooks) {
    const given = hook(seen);
    if (given === undefined) continue;
    if (!(given instanceof Tensor) || !sameShape(given.shape, node.shape)) {
      throw new ShapeError("registerHook: the hook returned what is no gradient of this value", {
        facts: [
          { name: "value", value: formatShape(node.shape) },
          { name: "returned", value: String(given) },
        ],
        hint: "return a tensor of the gradient's shape, or nothing",
      });
    }
    seen = given;
  }
  return scaled(seen);
}

type Rule = (context: BackwardContext<unknown>) => readonly (Tensor | null)[];

/** An op's own rule; a composite without one has the rules of the ops it is built from. */
function ruleOf(op: Op): Rule | null {
  if (op.backward !== undefined) return op.backward;
  const { lowering } = op;
  if (lowering.kind !== "composite") return null;
  return ({ grad, inputs, params }) => {
    const built = enableGrad(() => lowering.build(inputs, params));
    const nodes = inputs.map(({ node }) => node);
    if (!built.requiresGrad) return nodes.map(() => null);
    const gradients = gradientsBelow(built.node, grad, new Set(nodes));
    // A value given twice gets its whole gradient once.
    return nodes.map((node, i) =>
      nodes.indexOf(node) === i ? (gradients.get(node) ?? null) : null,
    );
  };
}

/** Nodes that require gradients, each before its inputs, so that its gradient is complete when its turn comes. */
function usersFirst(root: Node, ends: ReadonlySet<Node>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>([root]);
  // An explicit stack: a graph can be deeper than the call stack.
  const stack: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as (typeof stack)[number];
    const input = ends.has(top.node) ? undefined : top.node.inputs[top.next++];
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
