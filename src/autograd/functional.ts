// Derivatives of functions, without leaves that collect gradients: values with gradients, products with the
// Jacobian, and whole Jacobians and Hessians of small functions.
import { detachOp } from "../ops/detach.ts";
import { zeros } from "../ops/full.ts";
import { oneHot, stack } from "../ops/index.ts";
import { reshapeOp } from "../ops/reshape.ts";
import { checkOptions, FoveaError } from "../tensor/errors.ts";
import { Node } from "../tensor/node.ts";
import { enableGrad } from "../tensor/state.ts";
import { apply, Tensor } from "../tensor/tensor.ts";
import { grad } from "./grad.ts";

export interface DerivativeOptions {
  /** Record how the derivatives are computed, so that they can be differentiated again (default false). */
  readonly createGraph?: boolean;
}

/**
 * The function that gives the value of `fn` and its gradients.
 *
 * @param fn      function of tensors with one number as its value, usually a loss
 * @param argnums which of its arguments: a number, or a list of them (default 0)
 * @param options createGraph
 * @returns function of the same arguments; its result is the value, and the gradient or the list of gradients
 * @throws FoveaError if there is no such argument; ShapeError if the value has more than one element
 * @example
 * const [value, dx] = valueAndGrad((x) => x.square().sum())(Tensor.from([1, 2]));
 * await dx.array() // [2, 4]
 */
export function valueAndGrad<Args extends readonly Tensor[]>(
  fn: (...args: Args) => Tensor,
  argnums?: number,
  options?: DerivativeOptions,
): (...args: Args) => [value: Tensor, grad: Tensor];
export function valueAndGrad<Args extends readonly Tensor[]>(
  fn: (...args: Args) => Tensor,
  argnums: readonly number[],
  options?: DerivativeOptions,
): (...args: Args) => [value: Tensor, grads: Tensor[]];
export function valueAndGrad<Args extends readonly Tensor[]>(
  fn: (...args: Args) => Tensor,
  argnums: number | readonly number[] = 0,
  options: DerivativeOptions = {},
): (...args: Args) => [Tensor, Tensor | Tensor[]] {
  const createGraph = wantsGraph("valueAndGrad", options);
  return (...args) => {
    const chosen = typeof argnums === "number" ? [argnums] : argnums;
    const own: Tensor[] = [...args];
    for (const i of chosen) own[i] = freshInput("valueAndGrad", args[i], i, createGraph);
    const value = enableGrad(() => fn(...(own as readonly Tensor[] as Args)));
    const inputs = chosen.map((i) => own[i] as Tensor);
    const grads = gradsOrZeros(value, inputs, undefined, createGraph);
    const result = createGraph ? value : value.detach();
    return [result, typeof argnums === "number" ? (grads[0] as Tensor) : grads];
  };
}

/**
 * The product of a vector with the Jacobian of a function, as `torch.autograd.functional.vjp`: the gradient of
 * Σ v · fn(x) with respect to x.
 * @param fn      function of a tensor
 * @param x       where
 * @param v       weights of the results, in the shape of `fn(x)`
 * @param options createGraph
 * @returns the value of `fn`, and the product in the shape of x
 * @throws ShapeError if `v` has another shape than the value
 * @example
 * const [value, product] = vjp((x) => x.square(), Tensor.from([1, 2]), Tensor.from([10, 1]));
 * await product.array() // [20, 4]
 */
export function vjp(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  v: Tensor,
  options: DerivativeOptions = {},
): [value: Tensor, product: Tensor] {
  const createGraph = wantsGraph("vjp", options);
  const own = freshInput("vjp", x, 0, createGraph);
  const value = enableGrad(() => fn(own));
  const [product] = gradsOrZeros(value, [own], v, createGraph) as [Tensor];
  return [createGraph ? value : value.detach(), product];
}

/**
 * The product of the Jacobian of a function with a vector, as `torch.autograd.functional.jvp`: how `fn(x)` changes
 * when x moves along v. Made of two gradients: vᵀJ is linear in v, and its gradient is J.
 * @param fn      function of a tensor
 * @param x       where
 * @param v       direction, in the shape of x
 * @param options createGraph
 * @returns the value of `fn`, and the product in its shape
 * @throws ShapeError if `v` has another shape than x
 * @example
 * const [value, product] = jvp((x) => x.square(), Tensor.from([1, 2]), Tensor.from([10, 1]));
 * await product.array() // [20, 4]
 */
export function jvp(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  v: Tensor,
  options: DerivativeOptions = {},
): [value: Tensor, product: Tensor] {
  const createGraph = wantsGraph("jvp", options);
  const own = freshInput("jvp", x, 0, createGraph);
  const value = enableGrad(() => fn(own));
  const weights = freshInput("jvp", zeros(value.shape), 1, false);
  const [back] = gradsOrZeros(value, [own], weights, true) as [Tensor];
  const [product] = gradsOrZeros(back, [weights], v, createGraph) as [Tensor];
  return [createGraph ? value : value.detach(), product];
}

/**
 * All partial derivatives of a function, as `torch.autograd.functional.jacobian`. There is a backward pass for each
 * element of the result: for small functions.
 *
 *     J[i…, j…] = ∂ fn(x)[i…] / ∂ x[j…]
 *
 * @param fn      function of a tensor
 * @param x       where
 * @param options createGraph
 * @returns tensor of shape `[...fn(x).shape, ...x.shape]`
 * @example await jacobian((x) => x.square(), Tensor.from([1, 2])).array() // [[2, 0], [0, 4]]
 */
export function jacobian(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  options: DerivativeOptions = {},
): Tensor {
  const createGraph = wantsGraph("jacobian", options);
  const own = freshInput("jacobian", x, 0, createGraph);
  const value = enableGrad(() => fn(own));
  const shape = [...value.shape, ...x.shape];
  if (value.numel === 0) return zeros(shape);
  const rows = Array.from({ length: value.numel }, (_, i) => {
    const only = oneHot(Tensor.from(i, { dtype: "int32" }), value.numel).to("float32");
    const [row] = gradsOrZeros(value, [own], only.reshape(value.shape), createGraph) as [Tensor];
    return row;
  });
  return stack(rows).reshape(shape);
}

/**
 * All second derivatives of a function with one number as its value, as `torch.autograd.functional.hessian`. For
 * small functions.
 *
 *     H[i…, j…] = ∂² fn(x) / ∂ x[i…] ∂ x[j…]
 *
 * @param fn      function of a tensor
 * @param x       where
 * @param options createGraph
 * @returns tensor of shape `[...x.shape, ...x.shape]`
 * @throws ShapeError if the value has more than one element
 * @example await hessian((x) => x.prod(), Tensor.from([2, 3])).array() // [[0, 1], [1, 0]]
 */
export function hessian(
  fn: (x: Tensor) => Tensor,
  x: Tensor,
  options: DerivativeOptions = {},
): Tensor {
  const slope = valueAndGrad(fn, 0, { createGraph: true });
  return jacobian((z) => slope(z)[1], x, options);
}

function wantsGraph(caller: string, options: DerivativeOptions): boolean {
  checkOptions(caller, options, ["createGraph"]);
  return options.createGraph ?? false;
}

/** The same values as something to differentiate by; with `connected`, gradients also go on below it. */
function freshInput(
  caller: string,
  x: Tensor | undefined,
  position: number,
  connected: boolean,
): Tensor {
  if (!(x instanceof Tensor) || x.dtype !== "float32") {
    throw new FoveaError(`${caller}: argument ${position} is no float32 tensor`, {
      facts: [{ name: "argument", value: String(x) }],
    });
  }
  if (connected && x.requiresGrad) {
    return enableGrad(() => apply(reshapeOp, [x], { shape: x.shape }));
  }
  return new Tensor(new Node(x.node, detachOp, [x.node], undefined, true));
}

/** Gradients; zeros where the value does not depend on the input. */
function gradsOrZeros(
  value: Tensor,
  inputs: readonly Tensor[],
  gradOutput: Tensor | undefined,
  createGraph: boolean,
): Tensor[] {
  // A value that depends on nothing is given a dependence that counts for nothing.
  const root = value.requiresGrad ? value : value.add((inputs[0] as Tensor).sum().mul(0));
  const options = gradOutput === undefined ? { createGraph } : { createGraph, gradOutput };
  const grads = grad(root, inputs, { ...options, allowUnused: true });
  return grads.map((each, i) => each ?? zeros((inputs[i] as Tensor).shape));
}
