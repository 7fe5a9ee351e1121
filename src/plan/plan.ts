// Graph -> kernel program: rewrite, group, lower each root by its strategy, order the launches in
// stages, and lay out the temporaries.
import type { Graph } from "../graph/graph.ts";
import type { KernelProgram, Slot } from "../kernel/ir.ts";
import type { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";
import { sizeOf } from "../tensor/shape.ts";
import { lowerConv2d } from "./conv2d/forward.ts";
import { lowerConv2dInputGrad } from "./conv2d/inputGrad.ts";
import { lowerConv2dWeightGrad } from "./conv2d/weightGrad.ts";
import { group, isAlias, type Root } from "./group.ts";
import { lowerArgsort } from "./lower/argsort.ts";
import { lowerConcat, lowerFoldWindows, lowerPad } from "./lower/boxes.ts";
import { lowerCumsum } from "./lower/cumsum.ts";
import { lowerGather, lowerScatter } from "./lower/gather.ts";
import { lowerIndexAdd } from "./lower/indexAdd.ts";
import { lowerMatmul } from "./lower/matmul.ts";
import { lowerMaxWindowsTake } from "./lower/maxWindows.ts";
import { lowerMaxWindowsGrad } from "./lower/maxWindowsGrad.ts";
import { copyTo, lowerPointwise, storeExpression, storeFlat } from "./lower/pointwise.ts";
import { lowerReduce } from "./lower/reduce.ts";
import { layOut } from "./memory.ts";
import { NeedsPlain, type Place } from "./place.ts";
import {
  type PlannedLaunch,
  type PlannedSlot,
  Planner,
  type PlanTarget,
  type Strategy,
} from "./planner.ts";
import { rewrite } from "./rewrite.ts";

/** How ops with kernels of their own are computed. */
const strategies: Readonly<Record<string, Strategy>> = {
  matmul: lowerMatmul,
  conv2d: lowerConv2d,
  conv2dInputGrad: lowerConv2dInputGrad,
  conv2dWeightGrad: lowerConv2dWeightGrad,
  pad: lowerPad,
  concat: lowerConcat,
  foldWindows: lowerFoldWindows,
  maxWindowsGrad: lowerMaxWindowsGrad,
  maxWindowsTake: lowerMaxWindowsTake,
  indexAdd: lowerIndexAdd,
  gather: lowerGather,
  scatter: lowerScatter,
  scatterAdd: lowerScatter,
  argsort: lowerArgsort,
  cumsum: lowerCumsum,
};

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

/** A program in two: what follows from constants alone, and the rest. */
export interface FixedPlan {
  /** Runs before the first run of `main`, and when constants have changed. */
  readonly once: KernelProgram;
  readonly main: KernelProgram;
  /** Bytes of the results of `once`: bindings of both programs, after leaves and outputs. */
  readonly kept: readonly number[];
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
  const overwritten = new Set(graph.inPlace.map((leaf) => graph.leaves[leaf]));
  for (const { node, place, last } of copies) {
    // All leaves are overwritten at the same time: what is read of one then must have been put aside.
    if (last && overwritten.has(baseOf(node))) {
      const aside = planner.temporary(node, node.shape, node.dtype);
      copyOut(planner, node, aside, false);
      planner.adopt(node, aside);
    }
    copyOut(planner, node, place, last);
  }
  return schedule(planner, constants, graph.leaves.length + outputs.length);
}

function lower(planner: Planner, root: Root): void {
  const { core } = root;
  const { name, lowering } = core.op as Op;
  if (lowering.kind === "reduce") return lowerReduce(planner, root);
  const strategy = strategies[name];
  if (lowering.kind === "kernel" && name !== "indexSelect") {
    if (strategy === undefined) throw new Error(`plan: no strategy for ${name}`);
    return strategy(planner, root);
  }
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
  const overwritten = new Map(updates.map((update, i) => [graph.leaves[update.leaf] as Node, i]));
  const groupOf = updates.map((_, i) => i);
  const find = (i: number): number => (groupOf[i] === i ? i : find(groupOf[i] as number));
  updates.forEach((update, i) => {
    for (const leaf of leavesBelow(planner, update.node)) {
      const other = overwritten.get(leaf);
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

/** Orders launches in stages: each after those that write what it reads, updates of leaves last. */
function schedule(planner: Planner, constants: readonly number[], bindings: number): FixedPlan {
  const isOnce = onceLaunches(planner, constants);
  const kept = keepResults(planner, isOnce, bindings);
  const stageOf: number[] = [];
  const lastWrite = new Map<number, number>();
  const lastRead = new Map<number, number>();
  let normal = -1;
  planner.launches.forEach((launch, i) => {
    if (launch.last) return;
    let stage = 0;
    for (const slot of launch.reads) {
      if (!launch.writes.includes(slot)) stage = Math.max(stage, (lastWrite.get(slot) ?? -1) + 1);
    }
    for (const slot of launch.writes)
      stage = Math.max(
        stage,
        lastRead.get(slot) === undefined ? 0 : (lastRead.get(slot) as number) + 1,
      );
    for (const slot of launch.writes)
      lastWrite.set(slot, Math.max(lastWrite.get(slot) ?? -1, stage));
    for (const slot of launch.reads) {
      if (!launch.writes.includes(slot))
        lastRead.set(slot, Math.max(lastRead.get(slot) ?? -1, stage));
    }
    stageOf[i] = stage;
    normal = Math.max(normal, stage);
  });
  planner.launches.forEach((launch, i) => {
    if (launch.last) stageOf[i] = normal + 1;
  });
  delay(planner, stageOf, isOnce);
  const placed = placeSlots(planner, stageOf);
  const stagesOf = (once: boolean) =>
    Array.from({ length: Math.max(-1, ...stageOf) + 1 }, (_, stage) => ({
      launches: planner.launches.filter((_, i) => stageOf[i] === stage && isOnce[i] === once),
    })).filter(({ launches }) => launches.length > 0);
  return {
    once: { ...placed, stages: stagesOf(true) },
    main: { ...placed, stages: stagesOf(false) },
    kept,
  };
}

/**
 * Moves launches that wait for nothing, such as packed weights of a gradient, to just before what reads their results, which
 * need no memory until then.
 */
function delay({ slots, launches }: Planner, stageOf: number[], isOnce: readonly boolean[]): void {
  const isBound = (slot: number): boolean => (slots[slot] as PlannedSlot).binding >= 0;
  const isFree = launches.map(({ reads, writes, last }, i) => {
    const waitsForNothing = reads.every((slot) => isBound(slot) || writes.includes(slot));
    return !last && !isOnce[i] && waitsForNothing && !writes.some(isBound);
  });
  launches.forEach(({ writes }, i) => {
    if (!isFree[i]) return;
    let latest = Infinity;
    launches.forEach((other, j) => {
      if (i === j || isFree[j]) return;
      const stage = stageOf[j] as number;
      // Others that fill the same place may do so at the same time.
      if (other.writes.some((slot) => writes.includes(slot))) latest = Math.min(latest, stage);
      else if (other.reads.some((slot) => writes.includes(slot)))
        latest = Math.min(latest, stage - 1);
    });
    if (latest !== Infinity) stageOf[i] = Math.max(stageOf[i] as number, latest);
  });
}

/** Which launches read constants, and what was made of them, only? */
function onceLaunches({ slots, launches }: Planner, constants: readonly number[]): boolean[] {
  const isOnce = launches.map(() => false);
  if (constants.length === 0) return isOnce;
  const bindings = new Set(constants);
  const known = new Set(
    slots.flatMap(({ binding }, slot) => (bindings.has(binding) ? [slot] : [])),
  );
  const writersOf = new Map<number, number[]>();
  launches.forEach(({ writes }, i) => {
    for (const slot of writes) writersOf.set(slot, [...(writersOf.get(slot) ?? []), i]);
  });
  // Until no more is found: a place may be filled by several launches, which must all be of this kind.
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    launches.forEach(({ reads, writes, last }, i) => {
      const isTemporary = writes.every((slot) => (slots[slot] as PlannedSlot).binding < 0);
      const own = new Set(writes);
      isOnce[i] = !last && isTemporary && reads.every((slot) => known.has(slot) || own.has(slot));
    });
    for (const [slot, writers] of writersOf) if (writers.every((i) => isOnce[i])) known.add(slot);
  }
  // Zeros around a place that others fill are needed in each run.
  return launches.map(
    ({ writes }, i) => isOnce[i] === true && writes.every((slot) => known.has(slot)),
  );
}

/** Gives results that outlive the first program a binding each; their sizes. */
function keepResults(planner: Planner, isOnce: readonly boolean[], bindings: number): number[] {
  const made = new Set(planner.launches.flatMap(({ writes }, i) => (isOnce[i] ? writes : [])));
  const read = new Set(planner.launches.flatMap(({ reads }, i) => (isOnce[i] ? [] : reads)));
  return [...made].flatMap((slot) => {
    if (!read.has(slot)) return [];
    const kept = planner.slots[slot] as PlannedSlot;
    planner.slots[slot] = { ...kept, binding: bindings++ };
    return [kept.bytes];
  });
}

function placeSlots(
  planner: Planner,
  stageOf: readonly number[],
): { slots: Slot[]; arenaBytes: number } {
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  planner.launches.forEach(({ reads, writes }, i) => {
    const stage = stageOf[i] as number;
    for (const slot of [...reads, ...writes]) {
      from.set(slot, Math.min(from.get(slot) ?? stage, stage));
      to.set(slot, Math.max(to.get(slot) ?? stage, stage));
    }
  });
  const lifetimes = planner.slots.map(({ bytes, binding }, slot) => ({
    bytes: binding >= 0 || !from.has(slot) ? 0 : bytes,
    from: from.get(slot) ?? 0,
    to: to.get(slot) ?? 0,
  }));
  const { offsets, bytes: arenaBytes } = layOut(lifetimes);
  // Bound slots come in the order of their bindings; temporaries after them.
  const order = planner.slots
    .map((_, slot) => slot)
    .filter((slot) => (planner.slots[slot] as PlannedSlot).binding >= 0);
  order.sort(
    (a, b) => (planner.slots[a] as PlannedSlot).binding - (planner.slots[b] as PlannedSlot).binding,
  );
  const arena = planner.slots
    .map((_, slot) => slot)
    .filter((slot) => (planner.slots[slot] as PlannedSlot).binding < 0);
  const position = new Map([...order, ...arena].map((slot, i) => [slot, i]));
  const slots = [...order, ...arena].map((slot): Slot => {
    const { bytes, binding, node } = planner.slots[slot] as PlannedSlot;
    if (binding >= 0) return { kind: "bound", bytes };
    const offset = offsets[slot] as number;
    const [first, last] = [from.get(slot), to.get(slot)];
    // A value whose computation was put into another kernel has a slot that nobody touches.
    if (first === undefined || last === undefined) return { kind: "arena", offset, bytes };
    const use = { ...node.scope, core: node.op?.name ?? "", from: first, to: last };
    return { kind: "arena", offset, bytes, use };
  });
  planner.launches.forEach((launch, i) => {
    planner.launches[i] = {
      ...launch,
      slots: launch.slots.map((slot) => position.get(slot) as number),
    };
  });
  return { slots, arenaBytes };
}
