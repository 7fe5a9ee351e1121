// Which values are kept in memory, and which are computed on the way into the kernel that uses
// them (prologue) or out of the kernel that made them (epilogue).
import { inOrder, inputsFirst, isStored, pendingOp } from "../graph/graph.ts";
import type { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import { reshapeIsAffine } from "./access.ts";

/** One value to be stored, and the op at its heart, which differs if an epilogue follows it. */
export interface Root {
  /** The value stored. */
  readonly node: Node;
  /** The op whose kernel computes it; the pointwise ops from there to `node` are its epilogue. */
  readonly core: Node;
}

export interface Grouping {
  /** In an order in which each comes after the stored values it reads. */
  readonly roots: readonly Root[];
  readonly stored: ReadonlySet<Node>;
}

/** Pointwise operations that cost as much as several others. */
const dear: Readonly<Record<string, number>> = {
  exp: 10,
  log: 12,
  sigmoid: 12,
  tanh: 16,
  sin: 12,
  cos: 12,
  pow: 24,
  erf: 20,
  gelu: 24,
  silu: 12,
  div: 4,
  sqrt: 4,
  rsqrt: 5,
  uniform: 40,
};

/** Recomputing up to this many operations per element is cheaper than a trip through memory. */
const recomputeLimit = 3;
/** An expression longer than this is cut, so that kernels stay compilable. */
const expressionLimit = 60;

/** Ops computed where they are used, from other values at an affine or looked-up index. */
function isInline(node: Node): boolean {
  const kind = (node.op as Op).lowering.kind;
  return (
    kind === "pointwise" || kind === "view" || kind === "reshape" || node.op?.name === "indexSelect"
  );
}

/** Ops whose operands may be views of stored values; other kernels want the stored value itself. */
const takesViews = new Set(["matmul"]);
/** Ops whose kernels evaluate their inputs like pointwise ops do. */
const takesExpressions = new Set([
  "pad",
  "concat",
  "foldWindows",
  "gather",
  "scatter",
  "scatterAdd",
  "argsort",
  "cumsum",
]);
/** Inputs (by position) of such ops that are read at any place, any number of times. */
const lookedUp: Readonly<Record<string, number>> = { indexSelect: 1, gather: 0 };

/**
 * @param fusion    without it every op but views is stored, and nothing follows in its kernel
 * @param constants leaves that stay as they are from run to run: what follows from them alone is stored too
 */
export function group(
  outputs: readonly Node[],
  keepSeparate: ReadonlySet<Node>,
  fusion: boolean,
  constants: ReadonlySet<Node> = new Set(),
): Grouping {
  const order = inputsFirst(outputs).filter((node) => !isStored(node));
  const ends = new Set(outputs);
  const consumers = new Map<Node, Set<Node>>(order.map((node) => [node, new Set()]));
  for (const node of order) {
    for (const input of node.inputs) consumers.get(input)?.add(node);
  }
  const stored = chooseStored(order, consumers, ends, fusion);
  for (const node of lastConstants(order, consumers, constants)) stored.add(node);
  const roots: Root[] = [];
  const swallowed = new Set<Node>();
  for (const core of order) {
    if (!stored.has(core) || swallowed.has(core)) continue;
    if (isAlias(core)) continue;
    const isSeparate = (node: Node): boolean => keepSeparate.has(node) || swallowed.has(node);
    const chain = fusion ? epilogueOf(core, consumers, isSeparate, ends) : [];
    const node = chain.at(-1) ?? core;
    if (node !== core) {
      stored.delete(core);
      for (const link of chain) {
        swallowed.add(link);
        stored.delete(link);
      }
      stored.add(node);
    }
    roots.push({ node, core });
  }
  return { roots: sortRoots(roots, stored), stored };
}

/** A reshape of a stored value is the same memory; unless it was computed before, and is a leaf now. */
export function isAlias(node: Node): boolean {
  return pendingOp(node)?.lowering.kind === "reshape";
}

/** What must be computed before this value may be read; null for nearly all. */
export function waitsFor(node: Node): Node | null {
  const lowering = node.op?.lowering;
  const waits = lowering?.kind === "reshape" && lowering.waits === true;
  return waits ? (node.inputs[1] as Node) : null;
}

function chooseStored(
  order: readonly Node[],
  consumers: ReadonlyMap<Node, ReadonlySet<Node>>,
  outputs: ReadonlySet<Node>,
  fusion: boolean,
): Set<Node> {
  const stored = new Set<Node>();
  /** Operations per element, and nodes in the expression, when computed in place. */
  const cost = new Map<Node, number>();
  const length = new Map<Node, number>();
  const store = (node: Node): void => {
    if (node.storage !== null) return;
    stored.add(node);
    if (isAlias(node)) store(node.inputs[0] as Node);
  };
  for (const node of order) {
    const op = node.op as Op;
    const kind = op.lowering.kind;
    const ofInputs = (map: Map<Node, number>): number =>
      node.inputs.reduce((sum, input) => sum + (stored.has(input) ? 0 : (map.get(input) ?? 0)), 0);
    cost.set(
      node,
      ofInputs(cost) + (kind === "pointwise" && node.inputs.length > 0 ? (dear[op.name] ?? 1) : 0),
    );
    length.set(node, ofInputs(length) + 1);
    if (kind === "reshape" && !reshapeIsAffine((node.inputs[0] as Node).shape, node.shape))
      store(node);
    if (kind === "kernel" && op.name !== "indexSelect") {
      for (const input of node.inputs) {
        if (takesExpressions.has(op.name)) continue;
        let base = input;
        if (takesViews.has(op.name))
          while (pendingOp(base)?.lowering.kind === "view") base = base.inputs[0] as Node;
        store(base);
      }
    }
    const awaited = waitsFor(node);
    if (awaited !== null) store(awaited);
    const table = lookedUp[op.name];
    if (table !== undefined) store(node.inputs[table] as Node);
    const users = consumers.get(node) as ReadonlySet<Node>;
    const expensive = (cost.get(node) as number) > recomputeLimit;
    const blownUp = [...users].some(
      (user) => sizeOf(user.shape) > 2 * sizeOf(node.shape) && isInline(user),
    );
    if (
      outputs.has(node) ||
      !isInline(node) ||
      (kind === "pointwise" && (!fusion || (expensive && (users.size > 1 || blownUp)))) ||
      (length.get(node) as number) > expressionLimit
    ) {
      store(node);
    }
  }
  return stored;
}

/** Pointwise results that follow from constants alone, and that something else is made of. */
function lastConstants(
  order: readonly Node[],
  consumers: ReadonlyMap<Node, ReadonlySet<Node>>,
  constants: ReadonlySet<Node>,
): Node[] {
  if (constants.size === 0) return [];
  const known = new Set(constants);
  for (const node of order) if (node.inputs.every((input) => known.has(input))) known.add(node);
  return order.filter((node) => {
    const { op, inputs } = node;
    const isMade = op?.lowering.kind === "pointwise" && inputs.length > 0;
    const users = [...(consumers.get(node) as ReadonlySet<Node>)];
    return isMade && known.has(node) && users.some((user) => !known.has(user));
  });
}

/** Pointwise ops of the same shape that follow a kernel, are used by nothing else, and belong to no other. */
function epilogueOf(
  core: Node,
  consumers: ReadonlyMap<Node, ReadonlySet<Node>>,
  isSeparate: (node: Node) => boolean,
  outputs: ReadonlySet<Node>,
): Node[] {
  const { kind } = (core.op as Op).lowering;
  if (kind !== "kernel" && kind !== "reduce") return [];
  const chain: Node[] = [];
  let current = core;
  while (!outputs.has(current)) {
    const users = consumers.get(current) as ReadonlySet<Node>;
    const [next] = users;
    if (users.size !== 1 || next === undefined || isSeparate(next)) break;
    if (next.op?.lowering.kind !== "pointwise" || !sameShape(next.shape, core.shape)) break;
    // Kernels keep sums where the result goes: a mask has no room for them.
    if (kind === "kernel" && next.dtype !== core.dtype) break;
    chain.push(next);
    current = next;
  }
  return chain;
}

/** Stored values that a root's kernel reads. */
function readsOf(root: Root, stored: ReadonlySet<Node>): Node[] {
  const reads: Node[] = [];
  const seen = new Set<Node>();
  const stack = [...(root.node.op === null ? [] : [root.node])];
  let first = true;
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (seen.has(node)) continue;
    seen.add(node);
    if (!first && (stored.has(node) || node.storage !== null) && node !== root.core) {
      reads.push(node);
      continue;
    }
    first = false;
    stack.push(...node.inputs);
  }
  return reads;
}

/** Epilogues read values made after the core: order by what each root reads. */
function sortRoots(roots: readonly Root[], stored: ReadonlySet<Node>): Root[] {
  const byNode = new Map(roots.map((root) => [root.node, root]));
  const base = (node: Node): Node => (isAlias(node) ? base(node.inputs[0] as Node) : node);
  return inOrder(
    roots,
    (root) =>
      // The last that is read comes first.
      readsOf(root, stored)
        .map((node) => byNode.get(base(node)))
        .filter((other) => other !== undefined && other !== root)
        .reverse() as Root[],
  );
}
