// A row of outputs as a kernel goes through it. Where images lie in the lanes a unit is one position. Where the batch
// does not fill vectors, a unit is a vector of neighbouring positions: slower, since edges are copied out and
// the last vector overlaps the one before, but several times faster than one element at a time.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index } from "../../kernel/ir.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { needsPadding } from "./edges.ts";
import {
  type ConvSizes,
  convSizes,
  type LanesOver,
  operand,
  paddedCopy,
  plainOperand,
} from "./shared.ts";

/** An index that moves with the lanes, or does not. */
interface RowIndex {
  readonly base: Index;
  readonly lane: number;
}

export interface RowUnits {
  readonly count: number;
  /** Does this unit lie where its number says? All but the last do. */
  isFull(unit: number): boolean;
  /** Positions of unit `start + i`; `at` is the number of `start` where that is known. */
  index(start: IndexLike, i: number, at: number | null): RowIndex;
}

export function rowUnits(lanesOver: LanesOver, positions: number, lanes: number): RowUnits {
  if (lanesOver === "images") {
    return {
      count: positions,
      isFull: () => true,
      index: (start, i) => ({ base: plus(start, i), lane: 0 }),
    };
  }
  const full = Math.floor(positions / lanes);
  return {
    count: Math.ceil(positions / lanes),
    isFull: (unit) => unit < full,
    index: (start, i, at) => ({
      base:
        at !== null && at + i >= full ? toIndex(positions - lanes) : times(plus(start, i), lanes),
      lane: 1,
    }),
  };
}

/** index · factor + constant */
export function moved({ base, lane }: RowIndex, factor: number, constant: number): RowIndex {
  return { base: plus(times(base, factor), constant), lane: lane * factor };
}

/**
 * What lies in the lanes, and how many there are: images if they fill vectors (`inBatch` lanes), else positions of a row
 * if that fills one. Of the widths that fit the one with the fewest vectors is taken, and of equals the narrowest.
 */
export function lanesOverFor(
  planner: Planner,
  inBatch: number,
  positions: number,
): { readonly lanesOver: LanesOver; readonly lanes: number } {
  const { lanes, laneChoices = [lanes] } = planner.target;
  const vectors = (width: number): number => Math.ceil(positions / width);
  const fitting = laneChoices.filter((width) => width > 1 && width <= positions);
  if (inBatch > 1 || fitting.length === 0) return { lanesOver: "images", lanes: inBatch };
  const best = fitting.reduce((a, b) => (vectors(b) <= vectors(a) ? b : a));
  return { lanesOver: "width", lanes: best };
}

/** The input with its padding made real as far as the kernel cannot clip it, and the sizes that then hold. */
export function inputFor(
  planner: Planner,
  x: Node,
  lanesOver: LanesOver,
  inBatch: number,
  weight: Shape,
  out: Shape,
  params: Conv2dParams,
): { readonly place: Place; readonly sizes: ConvSizes } {
  const sizes = convSizes(x.shape, weight, out, params);
  const { down, across } = sizes;
  const place = lanesOver === "width" ? plainOperand(planner, x) : operand(planner, x, inBatch);
  const [top, bottom, left, right] = params.padding;
  const rows = needsPadding(down) ? ([top, bottom] as const) : ([0, 0] as const);
  const reach = (across.outSize - 1) * across.stride + (across.kernel - 1) * across.dilation + 1;
  const columns =
    lanesOver === "width"
      ? ([left, Math.max(0, reach - left - across.size)] as const)
      : needsPadding(down)
        ? ([left, right] as const)
        : ([0, 0] as const);
  const pads = [...rows, ...columns] as const;
  if (pads.every((n) => n === 0) && lanesOver === "images") return { place, sizes };
  const padded = pads.some((n) => n > 0) ? paddedCopy(planner, place, x, pads) : place;
  const vertical = needsPadding(down) ? ([0, 0] as const) : ([top, bottom] as const);
  return {
    place: padded,
    sizes: convSizes(padded.shape, weight, out, { ...params, padding: [...vertical, 0, 0] }),
  };
}

/** Runs the epilogue over elements just stored in raw form: [channels] × [positions]. */
export function finishRow(
  w: KernelWriter,
  { node, core }: Root,
  place: Place,
  channels: number,
  positions: number,
  lanesOver: LanesOver,
  index: (channel: IndexLike, column: AxisIndex) => readonly AxisIndex[],
): void {
  if (node === core) return;
  const finish = (c: IndexLike, column: AxisIndex, width: number): void => {
    const at = index(c, column);
    w.known.set(core, w.k.let(w.load(place, at, width)));
    w.store(place, at, w.value(node, at, width), width);
    w.known.delete(core);
  };
  const full = lanesOver === "width" ? Math.floor(positions / w.lanes) : 0;
  const rest = lanesOver === "width" ? 1 : w.lanes;
  w.k.for("c", 0, channels, (c) => {
    w.k.for("x", 0, full, (x) => finish(c, { base: times(x, w.lanes), lane: 1 }, w.lanes));
    w.k.for("x", full * w.lanes, positions, (x) => finish(c, fixed(x), rest));
  });
}
