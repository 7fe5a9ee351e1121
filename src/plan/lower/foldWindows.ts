// The adjoint of windows: each pixel sums what the windows that cover it give to it.
import type { IndexLike } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { WindowsParams } from "../../ops/windows.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { batchAxis, readsAt, symbolicAxes } from "../lanes.ts";
import { type AxisIndex, combine, fixed, inLane, type Place } from "../place.ts";
import { isByElement, isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { placeFor, withEpilogue } from "./boxes.ts";
import { overCovering, type WindowAxis } from "./covering.ts";
import { launchElements } from "./elementKernel.ts";
import { type BoxPart, storeParts } from "./pointwise.ts";

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
function stretches(
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
  const place = placeFor(planner, node, lane, lane);
  const batched = place.layout === "batch";
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
    tap: readonly [IndexLike, IndexLike],
    width: number,
  ) => Value;
}

/** Stores for every pixel the sum over the windows that cover it, 0 where there are none, and the epilogue of that. */
export function storeFolded(planner: Planner, root: Root, place: Place, folding: Folding): void {
  if (isByElement(planner)) return storeByPixel(planner, root, place, folding);
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

/** Each pixel looks for the windows that cover it. */
function storeByPixel(
  planner: Planner,
  { node, core }: Root,
  place: Place,
  { kernel, stride, dilation, windows, element }: Folding,
): void {
  const [down, across] = ([0, 1] as const).map((a) => ({
    size: core.shape[a + 2] as number,
    before: 0,
    windows: windows[a],
    kernel: kernel[a],
    stride: stride[a],
    dilation: dilation[a],
  })) as [WindowAxis, WindowAxis];
  const name = core.op?.name ?? "fold";
  const sums = { name, box: core.shape, writes: [place], flops: sizeOf(core.shape) };
  launchElements(planner, sums, (w, at) => {
    const [n, c, y, x] = at as [AxisIndex, AxisIndex, AxisIndex, AxisIndex];
    const sum = w.k.let(w.k.const(0));
    overCovering(w, inLane(y, 0), down, (i, u) => {
      overCovering(w, inLane(x, 0), across, (j, v) => {
        const value = element(w, [n, c, fixed(i), fixed(j)], [u, v], 1);
        w.k.set(sum, w.k.add(sum, value));
      });
    });
    w.store(place, at, withEpilogue(w, node, core, sum, at, 1), 1);
  });
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
      return withEpilogue(w, node, core, total, target(at, w), lanes);
    },
  };
}
