// Convolution, gradient of the weight:  dw[o,c,u,v] = Σ dy[n,o,i,j] · x[n,c,i·s+u·d−p,…].
//
// Lanes over images. With many output channels each chunk has channels of its own and sums over the whole
// batch. With few, fixed parts of the batch sum into memory of their own, [part][weight][lane], and a second
// kernel adds parts and lanes in order. A batch that does not fill vectors has the lanes over neighbouring
// positions. Either way the bits do not depend on who computed which chunk.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, type TileRun, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { storeBox } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { overWeightRows, validTaps } from "./edges.ts";
import { inputFor, lanesOverFor } from "./row.ts";
import {
  type Axis1d,
  type ConvSizes,
  convFlops,
  convSizes,
  imageIndex,
  type LanesOver,
  lanesFor,
  operand,
  overChannels,
  partsOfChunk,
  powerOfTwo,
  spreadPlanes,
  tilesOf,
} from "./shared.ts";
import { strategyFor } from "./strategy.ts";
import { lowerWeightGradWinograd } from "./winogradWeightGrad.ts";

/** The batch is split into this many parts where the channels do not make chunks enough. */
const imageParts = 8;
const channelParts = 16;
/** Gradients and pixels that the inner loops go through again and again: they should stay in the second cache. */
const workingBytes = 256 * 1024;

export function lowerConv2dWeightGrad(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(x.shape, core.shape, grad.shape, core.params as Conv2dParams);
  const strategy = strategyFor(planner, "weightGrad", sizes, lanesFor(planner, x, null), core);
  if (strategy.name === "winograd")
    return lowerWeightGradWinograd(planner, root, place, sizes, strategy.form);
  const job = jobOf(planner, x, grad, core);
  const { lanes } = job;
  const finish = (w: KernelWriter, sum: Value, at: readonly AxisIndex[]): Value => {
    const total = w.k.let(w.k.total(sum));
    return withEpilogue(w, node, core, total, at, 1);
  };
  if (job.parts === 1 && job.blocks === 1) {
    sumParts(planner, job, place, finish);
    return;
  }
  const partial = planner.temporary(core, [job.parts, ...core.shape, lanes]);
  sumParts(planner, job, partial, null);
  storeBox(planner, {
    name: "conv2dWeightGradSum",
    node,
    place,
    box: core.shape,
    laneAxis: -1,
    operations: job.parts * lanes,
    target: (at) => at,
    value: (w, at) => {
      const sum = w.k.let(w.k.const(0, lanes));
      w.k.for("part", 0, job.parts, (part) => {
        w.k.set(sum, w.k.add(sum, w.load(partial, [fixed(part), ...at, lane(lanes)], lanes)));
      });
      return finish(w, sum, at);
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
  readonly sizes: ConvSizes;
  readonly lanes: number;
  readonly lanesOver: LanesOver;
  /** Tiles of output channels. */
  readonly rowRuns: readonly TileRun[];
  /** Tiles along a kernel row, or of input channels where a row has one tap. */
  readonly columnRuns: readonly TileRun[];
  readonly overTaps: boolean;
  /** Images, or groups of as many as lanes, and how they are shared out: parts are summed apart. */
  readonly groups: number;
  readonly parts: number;
  readonly perPart: number;
  /** Groups of a part that are summed in registers before memory is touched, and how often that happens. */
  readonly perBlock: number;
  readonly blocks: number;
  /** Chunks of one part of the images: a power of two. */
  readonly channels: number;
}

function jobOf(planner: Planner, x: Node, grad: Node, core: Node): Job {
  const params = core.params as Conv2dParams;
  const inBatch = lanesFor(planner, x, null);
  const { lanesOver, lanes } = lanesOverFor(planner, inBatch, grad.shape[3] as number);
  const input =
    lanesOver === "width"
      ? inputFor(planner, x, lanesOver, inBatch, core.shape, grad.shape, params)
      : {
          place: operand(planner, x, inBatch),
          sizes: convSizes(x.shape, core.shape, grad.shape, params),
        };
  const { sizes } = input;
  const { down, across } = sizes;
  const overTaps = across.kernel > 1;
  const columns = overTaps ? across.kernel : sizes.inPerGroup;
  const tile = chooseTile(sizes.outPerGroup, columns, planner.target.accumulators);
  const rowRuns = tileRuns(sizes.outPerGroup, tile.rows);
  const tiles = tilesOf(sizes.groups, rowRuns);
  const byChannels = tiles >= imageParts;
  const groups = sizes.batch / inBatch;
  const perPart = Math.max(1, Math.ceil(groups / (byChannels ? 1 : imageParts)));
  const columnChannels = overTaps ? 1 : tile.columns;
  const perGroup =
    4 *
    inBatch *
    (tile.rows * down.outSize * across.outSize + columnChannels * down.size * across.size);
  const perBlock = Math.max(1, Math.min(perPart, Math.floor(workingBytes / perGroup)));
  return {
    x: input.place,
    grad: spreadPlanes(planner, operand(planner, grad, inBatch), grad, tile.rows),
    sizes,
    lanes,
    lanesOver,
    rowRuns,
    columnRuns: tileRuns(columns, tile.columns),
    overTaps,
    groups,
    parts: Math.max(1, Math.ceil(groups / perPart)),
    perPart,
    perBlock,
    blocks: Math.ceil(perPart / perBlock),
    channels: byChannels ? powerOfTwo(Math.min(tiles, channelParts)) : 1,
  };
}

/** Sums of each part, lane by lane, into `to`; with `finish`, when there is one part in one block, the result itself. */
function sumParts(
  planner: Planner,
  job: Job,
  to: Place,
  finish: ((w: KernelWriter, sum: Value, at: readonly AxisIndex[]) => Value) | null,
): void {
  const { sizes, lanes, rowRuns, parts, perPart, perBlock, blocks } = job;
  const w = planner.writer("conv2dWeightGrad", lanes);
  w.writes(to);
  const { k } = w;
  const chunk = partsOfChunk(w, { images: parts, channels: job.channels });
  const own = { part: chunk.channel, of: job.channels };
  const first = times(chunk.image, perPart);
  const block = (from: IndexLike, isFirst: boolean): void => {
    const indexOf = (n: IndexLike): AxisIndex => imageIndex(w, n, job.lanesOver);
    const images = (body: (image: AxisIndex) => void): void => {
      // The last block of a part may be shorter, and the last part too.
      const end = Math.min(perPart, job.groups);
      if (parts === 1)
        k.for("n", from, plus(from, perBlock), (n) => body(indexOf(n)), { limit: end });
      else {
        const stop = k.letIndex(
          "stop",
          k.binary("min", k.index(plus(from, perBlock)), k.index(plus(first, perPart))),
        );
        k.for("n", from, stop, (n) => body(indexOf(n)), { limit: job.groups });
      }
    };
    overChannels(w, sizes.groups, rowRuns, sizes.outPerGroup, own, (group, out, rows) => {
      overColumns(w, job, (columns) => {
        overWeightRows(w, sizes.down, (u, firstRow, endRow) => {
          const sums: Value[] = Array.from({ length: rows * columns.length }, () =>
            k.let(k.const(0, lanes)),
          );
          images((image) => {
            k.for("y", firstRow, endRow, (y) => {
              const row = rowJob(w, job, { sums, rows, columns, image, group, out, u, y });
              if (job.lanesOver === "width") sumRowOverWidth(w, row);
              else sumRow(w, row, planner.target.accumulators + 3);
            });
          });
          for (let r = 0; r < rows; r++) {
            columns.forEach(({ tap, channel }, c) => {
              const sum = sums[r * columns.length + c] as Value;
              const at = [fixed(plus(out, r)), fixed(channel), fixed(u), fixed(tap)];
              if (finish !== null) {
                w.store(to, at, finish(w, sum, at), 1);
                return;
              }
              const kept = [fixed(chunk.image), ...at, lane(lanes)];
              w.store(to, kept, isFirst ? sum : k.add(w.load(to, kept, lanes), sum), lanes);
            });
          }
        });
      });
    });
  };
  block(first, true);
  k.for("block", 1, blocks, (b) => block(plus(first, times(b, perBlock)), false));
  planner.launch(w, parts * job.channels, { flops: convFlops(sizes) });
}

interface Column {
  readonly tap: number;
  readonly channel: IndexLike;
}

/** The columns of each tile: taps of a kernel row for one input channel, or input channels. */
function overColumns(
  w: KernelWriter,
  { sizes, overTaps, columnRuns }: Job,
  body: (columns: readonly Column[]) => void,
): void {
  if (!overTaps) {
    for (const { start, size, count } of columnRuns) {
      w.k.for("c", 0, count, (t) => {
        const first = plus(times(t, size), start);
        body(Array.from({ length: size }, (_, i) => ({ tap: 0, channel: plus(first, i) })));
      });
    }
    return;
  }
  w.k.for("c", 0, sizes.inPerGroup, (channel) => {
    for (const { start, size, count } of columnRuns) {
      for (let run = 0; run < count; run++) {
        body(Array.from({ length: size }, (_, i) => ({ tap: start + run * size + i, channel })));
      }
    }
  });
}

interface RowJob {
  readonly sums: readonly Value[];
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly across: Axis1d;
  readonly pixel: (channel: IndexLike, at: AxisIndex) => Value;
  readonly gradient: (row: number, at: AxisIndex) => Value;
}

function rowJob(
  w: KernelWriter,
  { x, grad, sizes, lanes }: Job,
  at: {
    readonly sums: readonly Value[];
    readonly rows: number;
    readonly columns: readonly Column[];
    readonly image: AxisIndex;
    readonly group: IndexLike;
    readonly out: IndexLike;
    readonly u: IndexLike;
    readonly y: IndexLike;
  },
): RowJob {
  const { down, across, inPerGroup } = sizes;
  const { image, group, out, u, y } = at;
  const row = plus(plus(times(y, down.stride), times(u, down.dilation)), -down.before);
  return {
    sums: at.sums,
    rows: at.rows,
    columns: at.columns,
    across,
    pixel: (channel, column) =>
      w.load(x, [image, fixed(plus(times(group, inPerGroup), channel)), fixed(row), column], lanes),
    gradient: (r, column) => w.load(grad, [image, fixed(plus(out, r)), fixed(y), column], lanes),
  };
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
      w.k.let(job.gradient(i % rows, fixed(plus(start, Math.floor(i / rows))))),
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
        const pixel = w.k.let(job.pixel(channel, fixed(plus(start, tap + j - across.before))));
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
            fixed(plus(times(start, across.stride), tap * across.dilation - across.before)),
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

/** One row of outputs in vectors. The last one overlaps the one before; what that one has counted is left out. */
function sumRowOverWidth(w: KernelWriter, { across, columns, rows, sums, ...job }: RowJob): void {
  const { k, lanes } = w;
  const full = Math.floor(across.outSize / lanes);
  const vector = (start: IndexLike, keep: (value: Value) => Value): void => {
    const gradients = Array.from({ length: rows }, (_, r) =>
      k.let(keep(job.gradient(r, { base: toIndex(start), lane: 1 }))),
    );
    columns.forEach(({ tap, channel }, c) => {
      const first = plus(times(start, across.stride), tap * across.dilation);
      const pixel = k.let(keep(job.pixel(channel, { base: first, lane: across.stride })));
      for (let r = 0; r < rows; r++) {
        const sum = sums[r * columns.length + c] as Value;
        k.set(sum, k.fma(gradients[r] as Value, pixel, sum));
      }
    });
  };
  k.for("x", 0, full, (x) => vector(times(x, lanes), (value) => value));
  if (full * lanes === across.outSize) return;
  const counted = full * lanes - (across.outSize - lanes);
  const isNew = k.let(k.compare("ge", k.laneIndex(lanes), k.const(counted, lanes, "int")));
  const zero = k.let(k.const(0, lanes));
  vector(across.outSize - lanes, (value) => k.select(isNew, value, zero));
}
