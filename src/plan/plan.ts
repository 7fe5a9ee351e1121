// Graph -> kernel program: rewrite, group, lower each root by its strategy, order the launches in
// stages, and lay out the temporaries.
import type { Graph } from "../graph/graph.ts";
import type { KernelProgram } from "../kernel/ir.ts";
import type { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";
import { sizeOf } from "../tensor/shape.ts";
import { group, isAlias, type Root } from "./group.ts";
import { copyTo, lowerPointwise, storeExpression, storeFlat } from "./lower/pointwise.ts";
import { NeedsPlain, type Place } from "./place.ts";
import { type PlannedLaunch, type PlannedSlot, Planner, type PlanTarget } from "./planner.ts";
import { rewrite } from "./rewrite.ts";
import { type FixedPlan, schedule } from "./schedule.ts";
import { strategyOf } from "./strategies/strategyOf.ts";

/** Operands (by position) that these kernels read in batch layout when the batch allows it. */
const batchOperands: Readonly<Record<string, readonly number[]>> = {
  conv2d: [0],
  conv2dInputGrad: [0],
  conv2dWeightGrad: [0, 1],
  maxWindowsGrad: [0, 1],
  maxWindowsTake: [0, 1],
};

/** Plans a graph. Bindings of the program are the graph's leaves, then its outputs. */
export function plan(graph: Graph, target: PlanTarget): KernelProgram {
  return planFixed(graph, target, []).main;
}

/**
 * Plans a graph of which some leaves stay as they are: weights that are packed and transformed, and statistics that
 * are worked into factors, once instead of in each run.
 * @param constants indices of these leaves
 */
export function planFixed(
  graph: Graph,
  target: PlanTarget,
  constants: readonly number[],
): FixedPlan {
  const outputs = rewrite(graph.outputs);
  const forcedPlain = new Set<Node>();
  for (;;) {
    try {
      return planOnce(graph, outputs, target, constants, forcedPlain);
    } catch (error) {
      // A value was given batch layout, and a reader cannot use that: again, without.
      if (!(error instanceof NeedsPlain) || forcedPlain.has(error.node)) throw error;
      forcedPlain.add(error.node);
    }
  }
}

function planOnce(
  graph: Graph,
  outputs: readonly Node[],
  target: PlanTarget,
  constants: readonly number[],
  forcedPlain: ReadonlySet<Node>,
): FixedPlan {
  const inPlace = new Set(outputs.filter((_, i) => (graph.inPlace[i] as number) >= 0));
  const fixed = new Set(constants.map((i) => graph.leaves[i] as Node));
  const { roots } = group(outputs, inPlace, target.fusion ?? true, fixed);
  const wanted = wantsBatch(roots);
  const planner = new Planner(withLanesFor(wanted, target), wanted, forcedPlain, fixed);
  graph.leaves.forEach((leaf, i) => {
    planner.bind(leaf, i);
  });
  const made = new Map<Node, Place>();
  const copies: { node: Node; place: Place; last: boolean }[] = [];
  const updates: { node: Node; place: Place; leaf: number }[] = [];
  const overwrites: [leaf: number, output: number][] = [];
  const bases = outputs.map(baseOf);
  outputs.forEach((output, i) => {
    const binding = graph.leaves.length + i;
    const leaf = graph.inPlace[i] as number;
    const isRoot = roots.some((root) => root.node === output);
    // An output that is a leaf, an alias, or wanted twice is copied from where it is; one that
    // overwrites a leaf is written after everything that reads the leaf.
    if (leaf < 0 && isRoot && !made.has(output)) made.set(output, planner.bind(output, binding));
    else {
      const place = bindCopy(planner, output, binding);
      graph.leaves.forEach(({ storage }, other) => {
        if (leaf >= 0 && storage === graph.leaves[leaf]?.storage)
          overwrites.push([other, place.slot]);
      });
      if (
        leaf >= 0 &&
        isRoot &&
        // Wanted once only: written over a leaf, it is nowhere else.
        bases.indexOf(output) === bases.lastIndexOf(output) &&
        (output.op as Op).lowering.kind === "pointwise"
      ) {
        updates.push({ node: output, place, leaf });
      } else copies.push({ node: output, place, last: leaf >= 0 });
    }
  });
  const deferred = new Set(updates.map(({ node }) => node));
  for (const root of roots) {
    if (!deferred.has(root.node)) planner.make(root, lower);
  }
  lowerUpdates(planner, updates, graph);
  const overwritten = new Set(graph.inPlace.map((leaf) => graph.leaves[leaf]?.storage ?? null));
  for (const { node, place, last } of copies) {
    // All leaves are overwritten at the same time: what is read of one then must have been put aside.
    const { storage } = baseOf(node);
    if (last && storage !== null && overwritten.has(storage)) {
      const aside = planner.temporary(node, node.shape, node.dtype);
      copyOut(planner, node, aside, false);
      planner.adopt(node, aside);
    }
    copyOut(planner, node, place, last);
  }
  const bindings = graph.leaves.length + outputs.length;
  return schedule(planner, { constants, bindings, overwrites });
}

function lower(planner: Planner, root: Root): void {
  const { name, lowering } = root.core.op as Op;
  if (lowering.kind === "reduce") return strategyOf("reduce", planner.target)(planner, root);
  if (lowering.kind === "kernel" && name !== "indexSelect")
    return strategyOf(name, planner.target)(planner, root);
  lowerPointwise(planner, root);
}

/** Values that convolutions read: made in batch layout at once, they need no copy. */
function wantsBatch(roots: readonly Root[]): Set<Node> {
  const wanted = new Set<Node>();
  for (const { core } of roots) {
    for (const position of batchOperands[core.op?.name ?? ""] ?? []) {
      wanted.add(baseOf(core.inputs[position] as Node));
    }
  }
  return wanted;
}

/** The value whose elements these are. */
function baseOf(node: Node): Node {
  let base = node;
  while (isAlias(base)) base = base.inputs[0] as Node;
  return base;
}

/** The target with vectors that the batches of convolutions fill: the widest that divide them all, if any do. */
function withLanesFor(wanted: ReadonlySet<Node>, target: PlanTarget): PlanTarget {
  const batches = [...wanted].map(({ shape }) => shape[0] ?? 0);
  const fits = (lanes: number): boolean => batches.every((batch) => batch % lanes === 0);
  return { ...target, lanes: target.laneChoices?.find(fits) ?? target.lanes };
}

/** A bound slot that the value itself does not live in. */
function bindCopy(planner: Planner, node: Node, binding: number): Place {
  const place = planner.temporary(node, node.shape, node.dtype);
  planner.slots[place.slot] = { ...(planner.slots[place.slot] as PlannedSlot), binding };
  return place;
}

function copyOut(planner: Planner, node: Node, place: Place, last: boolean): void {
  if (sizeOf(node.shape) === 0) return;
  const from = planner.placeOf(node);
  if (from === null) throw new Error(`plan: output ${node.op?.name} was not computed`);
  const before = planner.launches.length;
  if (from.layout === "plain") storeFlat(planner, [{ node, place }]);
  else copyTo(planner)(node, place);
  if (last)
    for (let i = before; i < planner.launches.length; i++)
      planner.launches[i] = { ...(planner.launches[i] as PlannedLaunch), last };
}

/**
 * Values that overwrite leaves: in one kernel with all others that read what they overwrite, each
 * element loaded before any is stored. What has no such form is computed aside and copied.
 */
function lowerUpdates(
  planner: Planner,
  updates: readonly { node: Node; place: Place; leaf: number }[],
  graph: Graph,
): void {
  // Leaves in the same memory, a variable's value from before and its present one, are overwritten together.
  const overwritten = new Map(updates.map(({ leaf }, i) => [graph.leaves[leaf]?.storage, i]));
  const groupOf = updates.map((_, i) => i);
  const find = (i: number): number => (groupOf[i] === i ? i : find(groupOf[i] as number));
  updates.forEach((update, i) => {
    for (const leaf of leavesBelow(planner, update.node)) {
      const other = overwritten.get(leaf.storage);
      if (other !== undefined) groupOf[find(i)] = find(other);
    }
  });
  const groups = new Map<number, { node: Node; place: Place; leaf: number }[]>();
  updates.forEach((update, i) => {
    groups.set(find(i), [...(groups.get(find(i)) ?? []), update]);
  });
  for (const members of groups.values()) {
    const size = sizeOf((members[0] as { node: Node }).node.shape);
    if (size === 0) continue;
    const sameSize = members.every(({ node }) => sizeOf(node.shape) === size);
    if (sameSize && storeFlat(planner, members, { last: true })) continue;
    for (const { node, place } of members) {
      const aside = planner.temporary(node, node.shape, node.dtype);
      storeExpression(planner, node, aside, -1);
      planner.adopt(node, aside);
      copyOut(planner, node, place, true);
    }
  }
}

/** Stored values that computing a node in place reads. */
function leavesBelow(planner: Planner, node: Node): Set<Node> {
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...node.inputs];
  while (stack.length > 0) {
    const next = stack.pop() as Node;
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.storage !== null) found.add(next);
    else if (planner.placeOf(next) === null) stack.push(...next.inputs);
    else if (isAlias(next)) stack.push(...next.inputs);
  }
  return found;
}
