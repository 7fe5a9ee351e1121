// Pointwise values: one loop nest that evaluates an expression at each index and stores it.
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, type Read, readsAt, symbolicAxes } from "../lanes.ts";
import type { AxisIndex, Place } from "../place.ts";
import { chunksFor, isByElement, isEmpty, lanesAlong, type Planner } from "../planner.ts";
import { type KernelWriter, NotFlat } from "../writer.ts";
import { type Division, type LoopAxis, loops, type Split, unitsOf } from "./loops.ts";

/** A pointwise root (also views that must be stored): the root's shape is the domain. */
export function lowerPointwise(planner: Planner, { node }: Root): void {
  if (isEmpty(node)) {
    planner.place(node, "plain");
    return;
  }
  const { variables, index } = symbolicAxes(node.shape.length);
  const reads = expressionReads(planner, node, index);
  const lane = batchAxis(reads, variables);
  const batch =
    planner.mayBatch(node) && (lane === 0 || (lane < 0 && planner.wantsBatch.has(node)));
  const place = planner.place(node, batch ? "batch" : "plain");
  storeExpression(planner, node, place, batch ? 0 : lane);
}

/** Evaluates `node` everywhere and stores it in `place`; also how a value gets another layout. */
export function storeExpression(
  planner: Planner,
  node: Node,
  place: Place,
  laneAxis: number,
): void {
  if (storeFlat(planner, [{ node, place }])) return;
  const isFree = laneAxis < 0 && place.layout === "plain";
  const identity = (at: readonly AxisIndex[]): readonly AxisIndex[] => at;
  storeBox(planner, {
    name: node.op?.name ?? "copy",
    node,
    place,
    box: node.shape,
    lanes: isFree ? lanesAlong(planner, node.shape.at(-1) ?? 1) : planner.target.lanes,
    laneAxis: laneAxis >= 0 ? laneAxis : place.layout === "batch" ? 0 : node.shape.length - 1,
    target: identity,
    value: (w, at, width) => w.value(node, at, width),
  });
}

/**
 * For kernels that add to their result until they end: `write` computes the core, and the epilogue, if
 * there is one, follows as a pass of its own.
 */
export function thenEpilogue(
  planner: Planner,
  { node, core }: Root,
  write: (place: Place) => void,
): void {
  const stored = planner.place(node, "plain");
  if (isEmpty(node)) return;
  if (node === core) return write(stored);
  const place = planner.temporary(core, core.shape, core.dtype);
  write(place);
  planner.adopt(core, place);
  storeExpression(planner, node, stored, -1);
}

/** A nest that stores values for each index of a box, at affine places of the target. */
export interface BoxStore {
  readonly name: string;
  readonly node: Node;
  readonly place: Place;
  /** Sizes of the loops. */
  readonly box: Shape;
  /** The axis of the box that lies in the lanes. */
  readonly laneAxis: number;
  /** Width of the vectors, if not that of batch layout. */
  readonly lanes?: number;
  readonly operations?: number;
}

/** One value stored at each index of the box. */
export interface BoxPart {
  readonly target: (index: readonly AxisIndex[], w: KernelWriter) => readonly AxisIndex[];
  readonly value: (w: KernelWriter, index: readonly AxisIndex[], width: number) => Value;
}

export function storeBox(planner: Planner, store: BoxStore & BoxPart): void {
  storeParts(planner, store, [store]);
}

/** The same with several values at each index, in neighbouring places of the target. */
export function storeParts(planner: Planner, store: BoxStore, parts: readonly BoxPart[]): void {
  if (sizeOf(store.box) === 0) return;
  const w = planner.writer(store.name, store.lanes);
  w.writes(store.place);
  const axes = store.box.map((size, axis) => ({
    size,
    vector: axis === store.laneAxis && w.lanes > 1,
  }));
  const work = sizeOf(store.box) * parts.length * (store.operations ?? 4);
  const division = divide(planner, axes, w.lanes, work);
  loops(
    w,
    axes,
    axes.map((_, axis) => axis),
    division,
    (index, width) => {
      for (const { target, value } of parts) {
        w.store(store.place, target(index, w), value(w, index, width), width);
      }
    },
  );
  planner.launch(w, division?.chunks ?? 1, { flops: sizeOf(store.box) });
}

/** How the chunks of a kernel share a nest that is not empty; null if there is one chunk only. */
export function divide(
  planner: Planner,
  axes: readonly LoopAxis[],
  lanes: number,
  operations: number,
): Division | null {
  if (!isByElement(planner)) return splitOver(axes, lanes, operations);
  return { each: true, chunks: sizeOf(axes.map(({ size }) => size)) };
}

/** The outermost axis worth dividing among chunks. */
export function splitOver(
  axes: readonly { size: number; vector: boolean }[],
  lanes: number,
  operations: number,
): Split | null {
  let best = -1;
  for (let axis = 0; axis < axes.length && best < 0; axis++) {
    if (unitsOf(axes[axis] as { size: number; vector: boolean }, lanes) > 1) best = axis;
  }
  // A short outer axis (three colour planes, say) divides badly; a longer one follows.
  for (let axis = best + 1; best >= 0 && axis < axes.length; axis++) {
    const units = unitsOf(axes[axis] as { size: number; vector: boolean }, lanes);
    if (unitsOf(axes[best] as { size: number; vector: boolean }, lanes) < 8 && units >= 16)
      best = axis;
  }
  if (best < 0) return null;
  const units = unitsOf(axes[best] as { size: number; vector: boolean }, lanes);
  const { chunks, perChunk } = chunksFor(units, operations / units);
  return chunks > 1 ? { axis: best, perChunk, chunks } : null;
}

/**
 * Values of one shape, each made of values of that same shape (or of one element): a single loop
 * over running element numbers, whatever the layout. All are loaded before any is stored, so the
 * targets may be what the expressions read.
 * @returns false if an expression is not of this form
 */
export function storeFlat(
  planner: Planner,
  stores: readonly { readonly node: Node; readonly place: Place }[],
  { last = false }: { last?: boolean } = {},
): boolean {
  const [{ node, place }] = stores as [{ node: Node; place: Place }];
  const size = sizeOf(node.shape);
  const w = planner.writer(node.op?.name ?? "copy");
  for (const store of stores) w.writes(store.place);
  const axes = [{ size, vector: w.lanes > 1 }];
  const division = divide(planner, axes, w.lanes, size * 4 * stores.length);
  try {
    loops(w, axes, [0], division, ([offset], width) => {
      const values = w.flatValues(
        stores.map((store) => store.node),
        offset as AxisIndex,
        width,
        place.layout,
      );
      stores.forEach((store, i) => {
        w.storeFlat(store.place, offset as AxisIndex, values[i] as Value, width);
      });
    });
  } catch (error) {
    if (error instanceof NotFlat) return false;
    throw error;
  }
  planner.launch(w, division?.chunks ?? 1, { flops: size, last });
  return true;
}

/** Reads of a root's expression: its inputs at the index, since the root itself has a place only later. */
function expressionReads(planner: Planner, node: Node, index: readonly AxisIndex[]): Read[] {
  return readsAt(node, index, planner.placeOf);
}

/** Copies a stored value into another layout. */
export function copyTo(planner: Planner) {
  return (node: Node, to: Place): void => {
    const from = planner.placeOf(node) as Place;
    const batched = from.layout === "batch" || to.layout === "batch";
    const laneAxis = batched ? 0 : node.shape.length - 1;
    storeBox(planner, {
      name: "copy",
      node,
      place: to,
      box: node.shape.length === 0 ? [1] : node.shape,
      laneAxis: Math.max(laneAxis, 0),
      target: (at) => (node.shape.length === 0 ? [] : at),
      value: (w, at, width) => w.load(from, node.shape.length === 0 ? [] : at, width),
    });
  };
}
