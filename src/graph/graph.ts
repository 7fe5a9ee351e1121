// A graph to be computed: its leaves, its steps in order, its outputs. The signature is equal for
// graphs that compute the same thing from other leaves, so that plans can be kept and used again.
import { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";

export interface Graph {
  /** Stored values that the graph reads, in order of first use. */
  readonly leaves: readonly Node[];
  /** Values to compute, each after its inputs. */
  readonly steps: readonly Node[];
  /** Values to keep. Each is a step. */
  readonly outputs: readonly Node[];
  readonly signature: string;
  /** outputs[i] may overwrite the elements of leaves[inPlace[i]]; -1 if it may not. */
  readonly inPlace: readonly number[];
}

/** Does this value have elements in memory? */
export function isStored(node: Node): boolean {
  return node.storage !== null;
}

/** The op that is yet to compute a value; null for a leaf, and for what was computed before. */
export function pendingOp(node: Node): Op | null {
  return isStored(node) ? null : node.op;
}

/** The values below `roots`, each after its inputs, down to those at which the walk ends: those that are stored, unless given. */
export function inputsFirst(
  roots: readonly Node[],
  endsAt: (node: Node) => boolean = isStored,
): Node[] {
  return inOrder(roots, (node) => (endsAt(node) ? [] : node.inputs));
}

/** All that `ends` need, and they themselves: each once, after those that come `before` it, and these in their order. */
export function inOrder<T>(ends: readonly T[], before: (each: T) => readonly T[]): T[] {
  const seen = new Set<T>();
  const order: T[] = [];
  // An explicit stack: a graph can be deeper than the call stack.
  const stack: T[] = [...ends].reverse();
  while (stack.length > 0) {
    const each = stack[stack.length - 1] as T;
    const missing = seen.has(each) ? [] : before(each).filter((other) => !seen.has(other));
    if (missing.length > 0) {
      stack.push(...missing.reverse());
      continue;
    }
    stack.pop();
    if (seen.has(each)) continue;
    seen.add(each);
    order.push(each);
  }
  return order;
}

/**
 * The graph below `outputs`, down to what is stored already. `overwrites[i]` is the leaf that
 * output i may overwrite.
 */
export function graphOf(
  outputs: readonly Node[],
  overwrites: readonly (Node | null)[] = [],
): Graph {
  const number = new Map<Node, number>();
  const leaves: Node[] = [];
  const steps: Node[] = [];
  const lines: string[] = [];
  for (const node of inputsFirst(outputs)) {
    number.set(node, number.size);
    if (isStored(node)) {
      leaves.push(node);
      lines.push(`${node.dtype}[${node.shape}]`);
      continue;
    }
    if (node.op === null) throw new Error("graph: a leaf without elements");
    steps.push(node);
    const inputs = node.inputs.map((input) => number.get(input)).join();
    lines.push(`${node.op.name}(${inputs})${paramsKey(node.params)}${node.dtype}[${node.shape}]`);
  }
  const targets = outputs.map((_, i) => {
    const leaf = overwrites[i] ?? null;
    return leaf === null ? -1 : leaves.indexOf(leaf);
  });
  // Leaves in the same memory as one that is overwritten are part of what a plan depends on.
  const overwritten = (target: number): number[] =>
    leaves.flatMap(({ storage }, i) => (storage === leaves[target]?.storage ? [i] : []));
  const ends = outputs.map((output, i) => {
    const target = targets[i] as number;
    return target < 0 ? `${number.get(output)}` : `${number.get(output)}→${overwritten(target)}`;
  });
  return {
    leaves,
    steps,
    outputs,
    signature: `${lines.join(";")}>${ends.join()}`,
    inPlace: targets,
  };
}

/** The same graph, of steps of its own: it stays as it is when values in it are given storage. */
export function copyOfGraph(graph: Graph): Graph {
  const copies = new Map(graph.leaves.map((leaf) => [leaf, leaf]));
  const copied = (node: Node): Node => copies.get(node) as Node;
  for (const step of graph.steps) {
    const { op, inputs, params, requiresGrad, scope } = step;
    copies.set(step, new Node(step, op, inputs.map(copied), params, requiresGrad, scope));
  }
  return { ...graph, steps: graph.steps.map(copied), outputs: graph.outputs.map(copied) };
}

const keys = new WeakMap<object, string>();

function paramsKey(params: unknown): string {
  if (typeof params !== "object" || params === null)
    return params === undefined ? "" : String(params);
  let key = keys.get(params);
  if (key === undefined) {
    key = JSON.stringify(params, (_, value) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    ) as string;
    keys.set(params, key);
  }
  return key;
}
