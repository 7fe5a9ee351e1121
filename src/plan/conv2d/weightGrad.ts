// Convolution, gradient of the weight:  dw[o,c,u,v] = Σ dy[n,o,i,j] · x[n,c,i·s+u·d−p,…].
//
// Lanes over images. Fixed parts of the batch each sum into memory of their own, [part][weight][lane];
// a second kernel adds parts and lanes in order. So the bits do not depend on who computed which part.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { lanesTotal } from "../lower/matmul.ts";
import { storeBox } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { validTaps } from "./forward.ts";
import {
  type Axis1d,
  type ConvSizes,
  convFlops,
  convSizes,
  operand,
  overChannels,
} from "./shared.ts";

/** Partial sums may take this many bytes before fewer parts are made. */
const partialBytes = 16 * 2 ** 20;

export function lowerConv2dWeightGrad(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const lanes =
    x.shape[0] !== undefined && x.shape[0] > 0 && x.shape[0] % planner.target.lanes === 0
      ? planner.target.lanes
      : 1;
  const sizes = convSizes(x.shape, core.shape, grad.shape, core.params as Conv2dParams);
  const groups = sizes.batch / lanes;
  const size = sizeOf(core.shape);
  const fitting = Math.max(1, Math.floor(partialBytes / (size * lanes * 4)));
  const perPart = Math.max(1, Math.ceil(groups / Math.min(8, fitting)));
  const parts = Math.max(1, Math.ceil(groups / perPart));
  const partial = planner.temporary(core, [parts, ...core.shape, lanes]);
  sumParts(planner, {
    x: operand(planner, x, lanes),
    grad: operand(planner, grad, lanes),
    partial,
    sizes,
    lanes,
    groups,
    perPart,
    parts,
  });
  storeBox(planner, {
    name: "conv2dWeightGradSum",
    node,
    place,
    box: core.shape,
    laneAxis: -1,
    operations: parts * lanes,
    target: (at) => at,
    value: (w, at) => {
      const sum = w.k.let(w.k.const(0, lanes));
      w.k.for("part", 0, parts, (part) => {
        w.k.set(sum, w.k.add(sum, w.load(partial, [fixed(part), ...at, lane(lanes)], lanes)));
      });
      const total = lanes === 1 ? sum : lanesTotal(w, sum);
      return node === core ? total : withEpilogue(w, node, core, total, at, 1);
    },
  });
}

/** Index along a last axis that holds one element per lane. */
function lane(lanes: number): AxisIndex {
  return { base: { constant: 0, terms: [] }, lane: lanes > 1 ? 1 : 0 };
}

interface Job {
  readonly x: Place;
  readonly grad: Place;
  readonly partial: Place;
  readonly sizes: ConvSizes;
  readonly lanes: number;
  readonly groups: number;
  readonly perPart: number;
  readonly parts: number;
}

function sumParts(
  planner: Planner,
  { x, grad, partial, sizes, lanes, groups, perPart, parts }: Job,
): void {
  const { down, across } = sizes;
  const w = planner.writer("conv2dWeightGrad", lanes);
  w.writes(partial);
  const { k } = w;
  // Columns of the tile: taps of a kernel row, or input channels where a row has one tap.
  const overTaps = across.kernel > 1;
  const tile = chooseTile(
    sizes.outPerGroup,
    overTaps ? across.kernel : sizes.inPerGroup,
    planner.target.accumulators,
  );
  const rowRuns = tileRuns(sizes.outPerGroup, tile.rows);
  const tapRuns = overTaps
    ? tileRuns(across.kernel, tile.columns)
    : [{ start: 0, size: 1, count: 1 }];
  const channelRuns = overTaps
    ? [{ start: 0, size: 1, count: sizes.inPerGroup }]
    : tileRuns(sizes.inPerGroup, tile.columns);
  const part = parts === 1 ? 0 : k.chunk;
  zero(w, partial, part, sizes);
  const from = times(part, perPart);
  k.for(
    "n",
    from,
    plus(from, perPart),
    (g) => {
      const image: AxisIndex = { base: times(g, lanes), lane: lanes > 1 ? 1 : 0 };
      overChannels(w, sizes.groups, rowRuns, sizes.outPerGroup, (group, out, rows) => {
        for (const channelRun of channelRuns) {
          k.for("c", 0, channelRun.count, (t) => {
            const channel = plus(times(t, channelRun.size), channelRun.start);
            for (const tapRun of tapRuns) {
              for (let run = 0; run < tapRun.count; run++) {
                const columns = Array.from({ length: tapRun.size * channelRun.size }, (_, i) => ({
                  tap: overTaps ? tapRun.start + run * tapRun.size + i : 0,
                  channel: overTaps ? channel : plus(channel, i),
                }));
                overKernelRows(w, down, (u, firstRow, endRow) => {
                  const sums: Value[] = Array.from({ length: rows * columns.length }, () =>
                    k.let(k.const(0, lanes)),
                  );
                  k.for("y", firstRow, endRow, (y) => {
                    const job: RowJob = {
                      sums,
                      rows,
                      columns,
                      image,
                      across,
                      pixel: (c, at) =>
                        w.load(
                          x,
                          [
                            image,
                            fixed(plus(times(group, sizes.inPerGroup), c)),
                            fixed(
                              plus(
                                plus(times(y, down.stride), times(u, down.dilation)),
                                -down.before,
                              ),
                            ),
                            fixed(at),
                          ],
                          lanes,
                        ),
                      gradient: (r, at) =>
                        w.load(grad, [image, fixed(plus(out, r)), fixed(y), fixed(at)], lanes),
                    };
                    sumRow(w, job, planner.target.accumulators + 3);
                  });
                  for (let r = 0; r < rows; r++) {
                    columns.forEach((column, c) => {
                      const at = [
                        fixed(part),
                        fixed(plus(out, r)),
                        fixed(column.channel),
                        fixed(u),
                        fixed(column.tap),
                        lane(lanes),
                      ];
                      w.store(
                        partial,
                        at,
                        k.add(w.load(partial, at, lanes), sums[r * columns.length + c] as Value),
                        lanes,
                      );
                    });
                  }
                });
              }
            }
          });
        }
      });
    },
    { limit: groups },
  );
  planner.launch(w, parts, { flops: convFlops(sizes) });
}

function zero(w: KernelWriter, partial: Place, part: IndexLike, sizes: ConvSizes): void {
  const elements = sizes.outChannels * sizes.inPerGroup * sizes.down.kernel * sizes.across.kernel;
  w.k.for("zero", 0, elements, (i) => {
    w.storeFlat(
      partial,
      { base: plus(times(part, elements * w.lanes), times(i, w.lanes)), lane: w.lanes > 1 ? 1 : 0 },
      w.k.const(0),
      w.lanes,
    );
  });
}

/** Kernel rows u, each with the output rows whose input row lies inside. */
function overKernelRows(
  w: KernelWriter,
  axis: Axis1d,
  body: (u: IndexLike, first: IndexLike, end: IndexLike) => void,
): void {
  const { k } = w;
  const range = (u: number): [number, number] => {
    const first = Math.max(0, Math.ceil((axis.before - u * axis.dilation) / axis.stride));
    const end = Math.min(
      axis.outSize,
      Math.floor((axis.size - 1 + axis.before - u * axis.dilation) / axis.stride) + 1,
    );
    return [first, Math.max(first, end)];
  };
  const ranges = Array.from({ length: axis.kernel }, (_, u) => range(u));
  if (ranges.every(([first, end]) => first === 0 && end === axis.outSize)) {
    k.for("u", 0, axis.kernel, (u) => body(u, 0, axis.outSize));
  } else if (axis.stride === 1 && axis.dilation === 1) {
    k.for("u", 0, axis.kernel, (u) => {
      const int = (value: number): Value => k.const(value, 1, "int");
      const first = k.letIndex(
        "y0",
        k.binary("max", int(0), k.index(plus(times(u, -1), axis.before))),
      );
      const end = k.letIndex(
        "y1",
        k.binary("min", int(axis.outSize), k.index(plus(times(u, -1), axis.size + axis.before))),
      );
      body(u, first, end);
    });
  } else {
    ranges.forEach(([first, end], u) => {
      body(u, first, end);
    });
  }
}

interface RowJob {
  readonly sums: readonly Value[];
  readonly rows: number;
  readonly columns: readonly { readonly tap: number; readonly channel: IndexLike }[];
  readonly image: AxisIndex;
  readonly across: Axis1d;
  readonly pixel: (channel: IndexLike, at: IndexLike) => Value;
  readonly gradient: (row: number, at: IndexLike) => Value;
}

/** One row of outputs: positions whose taps are all inside in a loop, the others one by one. */
function sumRow(w: KernelWriter, job: RowJob, registers: number): void {
  const { across, columns, rows, sums } = job;
  const isInside = (position: number): boolean => {
    const valid = validTaps(across, position);
    return columns.every(({ tap }) => valid.includes(tap));
  };
  let first = 0;
  while (first < across.outSize && !isInside(first)) first++;
  let end = first;
  while (end < across.outSize && isInside(end)) end++;
  const shares =
    across.stride === 1 &&
    across.dilation === 1 &&
    columns.length > 1 &&
    columns.every(({ tap }, i) => tap === (columns[0] as { tap: number }).tap + i);
  // Two neighbouring positions share the pixels between them, if the registers hold both gradients.
  const pair = shares && rows * columns.length + rows * 2 + 1 <= registers ? 2 : 1;
  const positions = (
    start: IndexLike,
    count: number,
    valid: (i: number, column: number) => boolean,
  ): void => {
    const gradients = Array.from({ length: count * rows }, (_, i) =>
      w.k.let(job.gradient(i % rows, plus(start, Math.floor(i / rows)))),
    );
    const add = (column: number, i: number, pixel: Value): void => {
      for (let r = 0; r < rows; r++) {
        const sum = sums[r * columns.length + column] as Value;
        w.k.set(sum, w.k.fma(gradients[i * rows + r] as Value, pixel, sum));
      }
    };
    if (count > 1) {
      // Pixel j serves column j − i of position i.
      for (let j = 0; j < columns.length + count - 1; j++) {
        const { tap, channel } = columns[0] as { tap: number; channel: IndexLike };
        const pixel = w.k.let(job.pixel(channel, plus(start, tap + j - across.before)));
        for (let i = 0; i < count; i++)
          if (j - i >= 0 && j - i < columns.length) add(j - i, i, pixel);
      }
      return;
    }
    columns.forEach(({ tap, channel }, column) => {
      if (!valid(0, column)) return;
      add(
        column,
        0,
        w.k.let(
          job.pixel(
            channel,
            plus(times(start, across.stride), tap * across.dilation - across.before),
          ),
        ),
      );
    });
  };
  const single = (position: number): void => {
    const taps = validTaps(across, position);
    if (columns.some(({ tap }) => taps.includes(tap))) {
      positions(position, 1, (_, column) =>
        taps.includes((columns[column] as { tap: number }).tap),
      );
    }
  };
  for (let position = 0; position < first; position++) single(position);
  const whole = end - ((end - first) % pair);
  w.k.for("x", first, whole, (x) => positions(x, pair, () => true), { step: pair });
  w.k.for("x", whole, end, (x) => positions(x, 1, () => true));
  for (let position = end; position < across.outSize; position++) single(position);
}
