// Graph -> simpler graph: composites opened, equal values computed once, constants folded.
import { inputsFirst, isStored, pendingOp } from "../graph/graph.ts";
import { Node } from "../tensor/node.ts";
import type { Op, ReferenceArray } from "../tensor/op.ts";
import { broadcastShapes, sameShape, sizeOf } from "../tensor/shape.ts";
import { noGrad, withScope } from "../tensor/state.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isAlias, waitsFor } from "./group.ts";

/** Ops that change nothing about the value; gradients are settled before planning. */
const identities = new Set(["detach"]);

/** Rewrites everything below `outputs`; the results compute the same values. */
export function rewrite(outputs: readonly Node[]): Node[] {
  const rewriter = new Rewriter();
  return noGrad(() => outputs.map((output) => rewriter.run(output)));
}

class Rewriter {
  /** What each value became; a result stays as it is. */
  readonly #done = new Map<Node, Node>();
  readonly #unique = new Map<string, Node>();

  run(root: Node): Node {
    for (const node of inputsFirst([root], (node) => isStored(node) || this.#done.has(node))) {
      if (isStored(node) || this.#done.has(node)) continue;
      const result = this.#step(node);
      this.#done.set(node, result).set(result, result);
    }
    return this.#done.get(root) ?? root;
  }

  #step(node: Node): Node {
    const op = node.op as Op;
    const inputs = node.inputs.map((input) => this.#done.get(input) ?? input);
    const { lowering, name } = op;
    if (lowering.kind === "composite") {
      const tensors = inputs.map((input) => new Tensor(input));
      const scope = { ...node.scope, op: node.scope.op || name };
      return this.run(withScope(scope, () => lowering.build(tensors, node.params)).node);
    }
    const rewritten = new Node(node, op, inputs, node.params, false, node.scope);
    return this.#once(simplify(rewritten));
  }

  /** The first value that is computed in the same way. */
  #once(node: Node): Node {
    const op = pendingOp(node);
    if (op === null) return node;
    const inputs = node.inputs.map((input) => input.id);
    const key = `${op.name}|${inputs}|${JSON.stringify(node.params, plainNumbers)}|${node.dtype}|${node.shape}`;
    const known = this.#unique.get(key);
    if (known === undefined) this.#unique.set(key, node);
    return known ?? node;
  }
}

/** JSON has no infinities and no negative zero; keys must tell them apart. */
function plainNumbers(_: string, value: unknown): unknown {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : `#${Object.is(value, -0) ? "-0" : value}`;
}

function simplify(node: Node): Node {
  const op = node.op as Op;
  const [a, b] = node.inputs;
  const same = (input: Node | undefined): boolean =>
    input !== undefined && sameShape(input.shape, node.shape) && input.dtype === node.dtype;
  if (a === undefined) return node;
  if (identities.has(op.name) && same(a)) return a;
  if (op.lowering.kind === "reshape" && waitsFor(node) === null) {
    if (same(a)) return a;
    // A reshape of a reshape is a reshape of the first value.
    if (isAlias(a) && waitsFor(a) === null) {
      const inner = a.inputs[0] as Node;
      return simplify(new Node(node, op, [inner], node.params, false, node.scope));
    }
  }
  if (op.name === "cast" && same(a)) return a;
  if (op.name === "permute" && pendingOp(a)?.name === "permute") {
    const inner = a.inputs[0] as Node;
    const [outer, first] = [orderOf(node), orderOf(a)];
    if (outer.every((axis, k) => first[axis] === k)) return inner;
  }
  if (op.name === "mul" && same(a) && isConstant(b, 1)) return a;
  if (op.name === "mul" && b !== undefined && same(b) && isConstant(a, 1)) return b;
  if (op.name === "div" && same(a) && isConstant(b, 1)) return a;
  if (op.name === "sub" && same(a) && isConstant(b, 0)) return a;
  if (op.name === "neg" && pendingOp(a)?.name === "neg") return a.inputs[0] as Node;
  const moves = op.lowering.kind === "view" || op.lowering.kind === "reshape";
  if (moves && constantOf(a) !== null) {
    return new Node(
      node,
      a.op,
      [],
      { ...(a.params as object), shape: node.shape },
      false,
      node.scope,
    );
  }
  return fold(node) ?? node;
}

function orderOf({ params }: Node): readonly number[] {
  return (params as { readonly order: readonly number[] }).order;
}

/** The value of a `full` node; null for others. */
export function constantOf(node: Node): number | null {
  return pendingOp(node)?.name === "full" ? Number((node.params as { value: number }).value) : null;
}

function isConstant(node: Node | undefined, value: number): boolean {
  return node !== undefined && constantOf(node) === value;
}

/** A pointwise op on constants is a constant (rounded as the dtype would). */
function fold(node: Node): Node | null {
  const op = node.op as Op;
  if (op.lowering.kind !== "pointwise" || node.inputs.length === 0) return null;
  const full = node.inputs[0]?.op;
  if (
    full === undefined ||
    full === null ||
    !node.inputs.every((input) => constantOf(input) !== null)
  )
    return null;
  // An op that makes more elements than its inputs have (uniform) gives each another value.
  const shape = broadcastShapes(
    op.name,
    node.inputs.map((input) => input.shape),
  );
  if (!sameShape(shape, node.shape)) return null;
  const scalar = (dtype: Node["dtype"], value: number): ReferenceArray => ({
    shape: [],
    dtype,
    data: Float64Array.of(dtype === "float32" ? Math.fround(value) : value),
  });
  const output = scalar(node.dtype, 0);
  op.reference(
    node.inputs.map((input) => scalar(input.dtype, constantOf(input) as number)),
    output,
    node.params,
  );
  const value = output.data[0] as number;
  if (sizeOf(node.shape) === 0) return null;
  return new Node(
    node,
    full,
    [],
    {
      shape: node.shape,
      value: node.dtype === "float32" ? Math.fround(value) : value,
      dtype: node.dtype,
    },
    false,
    node.scope,
  );
}
