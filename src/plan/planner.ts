// The plan under construction: places, launches, and what each strategy needs to know.
import type { Grain, Launch, Workgroup } from "../kernel/ir.ts";
import type { Dtype } from "../tensor/dtype.ts";
import type { Node } from "../tensor/node.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { bytesOf } from "../tensor/tensor.ts";
import { isAlias, type Root, waitsFor } from "./group.ts";
import { originOf } from "./origin.ts";
import { canBatch, type Layout, NeedsPlain, type Place } from "./place.ts";
import { KernelWriter } from "./writer.ts";

/** What a plan is made for: facts about the machine, never its name. */
export interface PlanTarget {
  readonly lanes: number;
  /** Widths that a kernel may use, widest first: `lanes` alone unless given. */
  readonly laneChoices?: readonly number[];
  readonly accumulators: number;
  /** Elements of a reduction that a kernel may write out one after another; 16 unless given. */
  readonly unrolled?: number;
  /** Groups of invocations that share memory; none unless given. */
  readonly workgroup?: Workgroup;
  /** What chunks are; `thread` unless given. With `element`, `lanes` is 1. */
  readonly grain?: Grain;
  /** Compute chains of ops in one kernel (default true); else each op is stored. */
  readonly fusion?: boolean;
  /** Use Winograd's minimal filtering where it pays (default true). */
  readonly winograd?: boolean;
}

/** A launch with what it reads and writes, for the schedule. */
export interface PlannedLaunch extends Launch {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Runs after everything that reads what it overwrites. */
  readonly last: boolean;
}

export interface PlannedSlot {
  readonly bytes: number;
  /** Index among the bindings; -1 for a temporary. */
  readonly binding: number;
  /** The value that lies there, or that what lies there is made for. */
  readonly node: Node;
}

export class Planner {
  readonly target: PlanTarget;
  readonly slots: PlannedSlot[] = [];
  readonly launches: PlannedLaunch[] = [];
  /** Values that conv kernels read: better made in batch layout at once. */
  readonly wantsBatch: ReadonlySet<Node>;
  /** Leaves that stay as they are from run to run. */
  readonly constants: ReadonlySet<Node>;
  readonly #forcedPlain: ReadonlySet<Node>;
  readonly #places = new Map<Node, Place>();
  readonly #relaid = new Map<string, Place>();
  /** The value being computed: it has a place, but nothing is there yet. */
  #making: Root | null = null;

  constructor(
    target: PlanTarget,
    wantsBatch: ReadonlySet<Node>,
    forcedPlain: ReadonlySet<Node>,
    constants: ReadonlySet<Node>,
  ) {
    if (target.grain === "element" && target.lanes !== 1)
      throw new Error("plan: chunks of one element have no vectors");
    this.target = target;
    this.wantsBatch = wantsBatch;
    this.constants = constants;
    this.#forcedPlain = forcedPlain;
  }

  /** Where a stored value is; an alias is where its base is. Null for inlined values. */
  readonly placeOf = (node: Node): Place | null => {
    if (node === this.#making?.node) return null;
    const own = this.#places.get(node);
    if (own !== undefined) return own;
    if (!isAlias(node)) return null;
    const base = this.placeOf(node.inputs[0] as Node);
    if (base === null) return null;
    if (
      base.layout === "batch" &&
      (node.shape[0] !== base.shape[0] || !canBatch(node.shape, this.target.lanes))
    ) {
      throw new NeedsPlain(base.node);
    }
    const place = { ...base, shape: node.shape, dtype: node.dtype };
    const awaited = this.awaited(node);
    return awaited === null ? place : { ...place, waits: [...(base.waits ?? []), awaited] };
  };

  /** The slot that must be written before this value is read. */
  readonly awaited = (node: Node): number | null => {
    let base = waitsFor(node);
    while (base !== null && isAlias(base)) base = base.inputs[0] as Node;
    return (base === null ? undefined : this.#places.get(base))?.slot ?? null;
  };

  /** Runs the strategy that computes a value. */
  make(root: Root, strategy: Strategy): void {
    this.#making = root;
    strategy(this, root);
    this.#making = null;
  }

  /** Gives a leaf or an output the slot of its binding. */
  bind(node: Node, binding: number): Place {
    const place = this.#newPlace(node, node.shape, node.dtype, "plain", binding);
    this.#places.set(node, place);
    return place;
  }

  /** Gives a value a place; an output keeps the slot that it was bound to. */
  place(node: Node, layout: Layout): Place {
    const bound = this.#places.get(node);
    if (bound !== undefined) return bound;
    const place = this.#newPlace(node, node.shape, node.dtype, layout, -1);
    this.#places.set(node, place);
    return place;
  }

  /** Makes a place that a strategy filled the place of a value. */
  adopt(node: Node, place: Place): void {
    this.#places.set(node, place);
  }

  /** A place for intermediate results of a strategy. */
  temporary(node: Node, shape: Shape, dtype: Dtype = "float32"): Place {
    return this.#newPlace(node, shape, dtype, "plain", -1);
  }

  /** May this value have batch layout? */
  mayBatch(node: Node): boolean {
    return (
      !this.#forcedPlain.has(node) &&
      !this.#places.has(node) &&
      canBatch(node.shape, this.target.lanes)
    );
  }

  /** The same value in another layout, copied once per plan. */
  relay(node: Node, layout: Layout, copy: (from: Node, to: Place) => void): Place {
    const place = this.placeOf(node) as Place;
    if (place.layout === layout) return place;
    const key = `${place.slot}:${place.waits ?? ""}:${node.shape}:${layout}`;
    let relaid = this.#relaid.get(key);
    if (relaid === undefined) {
      relaid = this.#newPlace(node, node.shape, node.dtype, layout, -1);
      this.#relaid.set(key, relaid);
      copy(node, relaid);
    }
    return relaid;
  }

  writer(name: string, lanes = this.target.lanes): KernelWriter {
    return new KernelWriter(name, lanes, this.placeOf, this.awaited);
  }

  launch(writer: KernelWriter, chunks: number, cost: { flops: number; last?: boolean }): void {
    const { kernel, slots, reads, writes } = writer.finish();
    const touched = slots.map((slot) => {
      const { bytes } = this.slots[slot] as PlannedSlot;
      return { slot, bytes, isWritten: writes.includes(slot) };
    });
    const origin = originOf({
      name: kernel.name,
      core: this.#making?.core ?? null,
      computed: writer.computed,
      slots: touched,
      slotOf: (node) => this.placeOf(node)?.slot ?? null,
    });
    this.launches.push({
      kernel,
      chunks,
      slots,
      reads,
      writes,
      flops: cost.flops,
      bytes: touched.reduce((sum, { bytes }) => sum + bytes, 0),
      last: cost.last ?? false,
      origin,
    });
  }

  #newPlace(node: Node, shape: Shape, dtype: Dtype, layout: Layout, binding: number): Place {
    const slot = this.slots.length;
    this.slots.push({ bytes: bytesOf({ shape, dtype }), binding, node });
    return { node, slot, shape, dtype, layout };
  }
}

/** The width of vectors that needs fewest steps along an axis, what vectors leave over being done one by one. */
export function lanesAlong({ target }: Planner, size: number): number {
  const steps = (lanes: number): number => Math.floor(size / lanes) + (size % lanes);
  const { lanes, laneChoices = [lanes] } = target;
  return laneChoices.reduce((best, width) => (steps(width) < steps(best) ? width : best), lanes);
}

/** What computes a root: writes its launches into the planner. */
export type Strategy = (planner: Planner, root: Root) => void;

/** Strategies by the name of their op; `reduce` is that of all reductions. */
export type Strategies = Readonly<Record<string, Strategy>>;

/** Those of one kind of machine each. */
export interface StrategySets {
  readonly thread: Strategies;
  readonly element: Strategies;
  readonly group: Strategies;
}

/** Number of chunks for `units` of independent work: enough to share, large enough to be worth it. */
export function chunksFor(
  units: number,
  operationsPerUnit: number,
): { chunks: number; perChunk: number } {
  const worthwhile = Math.ceil((units * Math.max(operationsPerUnit, 1)) / 16384);
  const wanted = Math.max(1, Math.min(units, 64, worthwhile));
  const perChunk = Math.max(1, Math.ceil(units / wanted));
  return { chunks: Math.max(1, Math.ceil(units / perChunk)), perChunk };
}

/** Is each element of a result a chunk of its own? */
export function isByElement({ target }: Planner): boolean {
  return target.grain === "element";
}

export function isEmpty(node: Node): boolean {
  return sizeOf(node.shape) === 0;
}
