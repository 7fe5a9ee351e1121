// Ops whose result is made of boxes: padding, concatenation, and the adjoint of windows.
import type { Value } from "../../kernel/ir.ts";
import type { WindowsParams } from "../../ops/windows.ts";
import type { Node } from "../../tensor/node.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, readsAt, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, combine, fixed, type Place } from "../place.ts";
import { isEmpty, lanesAlong, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { type BoxPart, storeBox, storeParts } from "./pointwise.ts";

/** A part of the output: its first index, its sizes, and the value at an index counted from there. */
interface Piece {
  readonly start: readonly number[];
  readonly size: Shape;
  readonly value: (w: KernelWriter, index: readonly AxisIndex[], width: number) => Value;
}

export function lowerPad(planner: Planner, root: Root): void {
  const { pads, value } = root.core.params as {
    pads: readonly (readonly [number, number])[];
    value: number;
  };
  const input = root.core.inputs[0] as Node;
  const pieces: Piece[] = [];
  // Peel the border off axis by axis; what is left is the input.
  const start = root.core.shape.map(() => 0);
  const size = [...root.core.shape];
  const fill = (w: KernelWriter): Value =>
    w.k.const(value, 1, input.dtype === "float32" ? "float" : "int");
  pads.forEach(([before, after], axis) => {
    if (before < 0 || after < 0) throw new Error("plan: pad by a negative number is a slice");
    const whole = size[axis] as number;
    if (before > 0)
      pieces.push({
        start: [...start],
        size: size.with(axis, Math.min(before, whole)),
        value: fill,
      });
    if (after > 0)
      pieces.push({
        start: start.with(axis, whole - after),
        size: size.with(axis, after),
        value: fill,
      });
    start[axis] = before;
    size[axis] = whole - before - after;
  });
  pieces.push({ start, size, value: (w, index, width) => w.value(input, index, width) });
  lowerPieces(planner, root, pieces, [input]);
}

export function lowerConcat(planner: Planner, root: Root): void {
  const { axis } = root.core.params as { axis: number };
  let at = 0;
  const pieces = root.core.inputs.map((input): Piece => {
    const start = input.shape.map(() => 0).with(axis, at);
    at += input.shape[axis] as number;
    return { start, size: input.shape, value: (w, index, width) => w.value(input, index, width) };
  });
  lowerPieces(planner, root, pieces, root.core.inputs);
}

function lowerPieces(
  planner: Planner,
  { node, core }: Root,
  pieces: readonly Piece[],
  inputs: readonly Node[],
): void {
  const { variables, index } = symbolicAxes(core.shape.length);
  const lane = batchAxis(
    inputs.flatMap((input) => readsAt(input, index, planner.placeOf)),
    variables,
  );
  const whole = pieces.every(({ start, size }) => start[0] === 0 && size[0] === core.shape[0]);
  const place = placeFor(planner, node, whole ? lane : -1, lane);
  if (isEmpty(node)) return;
  const isFree = lane < 0 && place.layout === "plain";
  for (const piece of pieces) {
    storeBox(planner, {
      lanes: isFree ? lanesAlong(planner, piece.size.at(-1) ?? 1) : planner.target.lanes,
      name: core.op?.name ?? "box",
      node,
      place,
      box: piece.size,
      laneAxis: place.layout === "batch" ? 0 : lane >= 0 ? lane : core.shape.length - 1,
      target: (at, w) => shifted(at, piece.start, w.lanes),
      value: (w, at, width) => {
        const value = piece.value(w, at, width);
        return node === core
          ? value
          : withEpilogue(w, node, core, value, shifted(at, piece.start, w.lanes), width);
      },
    });
  }
}

function placeFor(planner: Planner, node: Node, laneIfWhole: number, lane: number): Place {
  const batch =
    planner.mayBatch(node) && (laneIfWhole === 0 || (lane < 0 && planner.wantsBatch.has(node)));
  return planner.place(node, batch ? "batch" : "plain");
}

/** The epilogue's value where the core's is known. */
export function withEpilogue(
  w: KernelWriter,
  node: Node,
  core: Node,
  value: Value,
  index: readonly AxisIndex[],
  width: number,
): Value {
  w.known.set(core, w.k.let(value));
  const result = w.value(node, index, width);
  w.known.delete(core);
  return result;
}

function shifted(
  index: readonly AxisIndex[],
  start: readonly number[],
  lanes: number,
): AxisIndex[] {
  return index.map((i, axis) => combine(start[axis] as number, [[i, 1]], lanes));
}

/** A stretch of one axis on which the same windows cover every pixel. */
interface Stretch {
  /** The pixels are first + step · i for i in [0, count). */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** For each window tap that covers them: the tap, and the window of pixel i: window + i. */
  readonly taps: readonly { readonly tap: number; readonly window: number }[];
}

/** Divides an axis so that on each stretch the list of covering taps is the same. */
export function stretches(
  size: number,
  windows: number,
  kernel: number,
  stride: number,
  dilation: number,
): Stretch[] {
  const result: Stretch[] = [];
  for (let phase = 0; phase < Math.min(stride, size); phase++) {
    const count = Math.ceil((size - phase) / stride);
    const tapsAt = (i: number): Stretch["taps"] =>
      Array.from({ length: kernel }, (_, tap) => ({
        tap,
        window: (phase + i * stride - tap * dilation) / stride,
      })).filter(({ window }) => Number.isInteger(window) && window >= 0 && window < windows);
    const keyAt = (i: number): string =>
      tapsAt(i)
        .map(({ tap }) => tap)
        .join();
    for (let from = 0; from < count; ) {
      let to = from + 1;
      while (to < count && keyAt(to) === keyAt(from)) to++;
      result.push({
        first: phase + from * stride,
        step: stride,
        count: to - from,
        taps: tapsAt(from),
      });
      from = to;
    }
  }
  return result;
}

/** Adjoint of windows: each pixel sums the window elements that cover it. */
export function lowerFoldWindows(planner: Planner, root: Root): void {
  const { node, core } = root;
  const input = core.inputs[0] as Node;
  const { variables, index } = symbolicAxes(6);
  const lane = batchAxis(readsAt(input, index, planner.placeOf), variables);
  const batched =
    planner.mayBatch(node) && (lane === 0 || (lane < 0 && planner.wantsBatch.has(node)));
  const place = planner.place(node, batched ? "batch" : "plain");
  if (isEmpty(node)) return;
  const [, , windowsDown, windowsAcross] = input.shape as readonly number[];
  storeFolded(planner, root, place, {
    ...(core.params as WindowsParams),
    windows: [windowsDown as number, windowsAcross as number],
    laneAxis: batched || lane >= 0 ? Math.max(lane, 0) : 3,
    element: (w, window, tap, width) => w.value(input, [...window, ...tap.map(fixed)], width),
  });
}

/** What pixels sum: elements of the windows that cover them. */
export interface Folding extends WindowsParams {
  /** Number of windows, down and across. */
  readonly windows: readonly [number, number];
  /** The axis of the image batch that lies in the lanes. */
  readonly laneAxis: number;
  /** What the window at [image, channel, row, column] gives to the pixel under its tap. */
  readonly element: (
    w: KernelWriter,
    window: readonly AxisIndex[],
    tap: readonly [number, number],
    width: number,
  ) => Value;
}

/** Stores for every pixel the sum over the windows that cover it, 0 where there are none, and the epilogue of that. */
export function storeFolded(planner: Planner, root: Root, place: Place, folding: Folding): void {
  const { kernel, stride, dilation, windows, laneAxis } = folding;
  const [batch, channels, height, width] = root.core.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  // Stretches of the same length share one nest: with windows side by side that is one pass over
  // the windows, each of which writes all its pixels.
  const nests = new Map<string, { count: readonly [number, number]; parts: BoxPart[] }>();
  for (const rows of stretches(height, windows[0], kernel[0], stride[0], dilation[0])) {
    for (const columns of stretches(width, windows[1], kernel[1], stride[1], dilation[1])) {
      const count = [rows.count, columns.count] as const;
      const nest = nests.get(count.join()) ?? { count, parts: [] };
      nests.set(count.join(), nest);
      nest.parts.push(foldPart(root, folding, rows, columns));
    }
  }
  const name = root.core.op?.name ?? "fold";
  for (const { count, parts } of nests.values()) {
    const box = [batch, channels, ...count];
    storeParts(planner, { name, node: root.node, place, box, laneAxis }, parts);
  }
}

/** The pixels where a stretch of rows meets a stretch of columns. */
function foldPart(
  { node, core }: Root,
  { element }: Folding,
  rows: Stretch,
  columns: Stretch,
): BoxPart {
  const target = ([n, c, i, j]: readonly AxisIndex[], w: KernelWriter): AxisIndex[] => [
    n as AxisIndex,
    c as AxisIndex,
    combine(rows.first, [[i as AxisIndex, rows.step]], w.lanes),
    combine(columns.first, [[j as AxisIndex, columns.step]], w.lanes),
  ];
  return {
    target,
    value: (w, at, lanes) => {
      const [n, c, i, j] = at as [AxisIndex, AxisIndex, AxisIndex, AxisIndex];
      let sum: Value | null = null;
      for (const row of rows.taps) {
        for (const column of columns.taps) {
          const y = combine(row.window, [[i, 1]], w.lanes);
          const x = combine(column.window, [[j, 1]], w.lanes);
          const value = element(w, [n, c, y, x], [row.tap, column.tap], lanes);
          sum = sum === null ? value : w.k.let(w.k.add(sum, value));
        }
      }
      const total = sum ?? w.k.const(0);
      return node === core ? total : withEpilogue(w, node, core, total, target(at, w), lanes);
    },
  };
}
