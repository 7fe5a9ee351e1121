// Convolution, forward, lanes over output channels: weights packed so that the channels of a vector lie side by side,
// pixels read one by one and spread over the lanes.
//
// For batches that do not fill vectors, where rows are too short to fill one or are read with a stride: at [1, 512, 3, 3]
// lanes over width would run on scalars. Packing reads and writes the weights once for each run, which is a small
// part of the work from about four positions on; a compiled network packs them once.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import { chooseTile, type Tile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { chunksFor, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { forwardRows, validTaps } from "./edges.ts";
import { inputFor } from "./row.ts";
import {
  type ConvSizes,
  convFlops,
  overImagesAndChannels,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { accumulators, outerProduct } from "./tiles.ts";

/** Multiply-adds of a small picture for one channel, written out: more would not stay in the instruction cache. */
const mostUnrolled = 256;

/** Should output channels lie in the lanes, since images cannot? */
export function fitsChannelLanes(planner: Planner, sizes: ConvSizes, weight: Node): boolean {
  const { lanes } = planner.target;
  const { outPerGroup, across } = sizes;
  // Weights that are packed once for all runs cost nothing, and edges need no copy.
  const enough = planner.constants.has(weight) ? 3 * lanes : lanes;
  const isNarrow = across.outSize < enough || across.stride > 1;
  return lanes > 1 && isNarrow && outPerGroup % lanes === 0;
}

export function lowerForwardChannelLanes(planner: Planner, root: Root, place: Place): void {
  const { core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const input = inputFor(planner, x, "images", 1, weight.shape, core.shape, params);
  const { sizes } = input;
  const { down, across, inPerGroup } = sizes;
  const packed = packedWeights(planner, root, weight);
  const w = planner.writer("conv2d");
  w.writes(place);
  const vectors = sizes.outPerGroup / w.lanes;
  const { accumulators: registers } = planner.target;
  const whole = pictureTile(sizes, registers);
  const tile = whole ?? chooseTile(vectors, across.outSize, registers);
  const runs = tileRuns(vectors, tile.rows);

  const work = { sizes, lanesOver: "width", runs, perGroup: vectors } as const;
  const chunks = overImagesAndChannels(w, work, (image, group, vector, rows) => {
    const channelsAt = (v: number): AxisIndex => ({
      base: times(plus(vector, v), w.lanes),
      lane: 1,
    });
    const taps = (r: number, c: IndexLike, u: IndexLike, v: number): Value =>
      w.load(packed, [fixed(plus(vector, r)), fixed(c), fixed(u), fixed(v), inLanes], w.lanes);
    const pixel = (c: IndexLike, row: IndexLike, column: IndexLike): Value => {
      const channel = plus(times(group, inPerGroup), c);
      const index = [image, fixed(channel), fixed(row), fixed(column)];
      return w.k.splat(w.load(input.place, index, 1), w.lanes);
    };
    const store = (r: number, y: IndexLike, x: IndexLike, sum: Value): void => {
      w.store(place, [image, channelsAt(r), fixed(y), fixed(x)], sum, w.lanes);
    };
    const finishRows = (y: IndexLike): void => {
      for (let r = 0; r < rows; r++)
        finish(w, root, place, across.outSize, (x) => [image, channelsAt(r), fixed(y), fixed(x)]);
    };
    if (whole !== null) {
      sumPicture(w, sizes, rows, { taps, pixel, store });
      w.k.for("y", 0, down.outSize, finishRows);
      return;
    }
    w.k.for("y", 0, down.outSize, (y) => {
      sumRow(w, sizes, y, { rows, columns: tile.columns }, { taps, pixel, store });
      finishRows(y);
    });
  });
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** What a tile of outputs reads and writes: `r` counts its vectors of channels. */
interface TileAccess {
  readonly taps: (r: number, c: IndexLike, u: IndexLike, v: number) => Value;
  readonly pixel: (c: IndexLike, row: IndexLike, column: IndexLike) => Value;
  readonly store: (r: number, y: IndexLike, x: IndexLike, sum: Value) => void;
}

/**
 * A tile that holds all positions of a small picture: weights are then read once, and taps that meet nothing but padding
 * are left out, two fifths of them at 3 × 3. At [1, 512, 3, 3] the weights are all that costs.
 */
function pictureTile(sizes: ConvSizes, registers: number): Tile | null {
  const { down, across } = sizes;
  const positions = down.outSize * across.outSize;
  if (positions > registers || positions * down.kernel * across.kernel > mostUnrolled) return null;
  const { length } = sumsOfPicture(sizes);
  // One register for each vector of weights.
  const rows = Math.floor((registers + 2) / (length + 1));
  return rows < 1 ? null : { rows, columns: length };
}

/** A sum over some of the taps of a position. */
interface PictureSum {
  readonly y: number;
  readonly x: number;
  readonly taps: readonly { readonly u: number; readonly v: number }[];
}

/**
 * The sums of a small picture, one for each position; a position that all taps reach has two, since its additions wait for one
 * another.
 */
function sumsOfPicture({ down, across }: ConvSizes): PictureSum[] {
  return Array.from({ length: down.outSize * across.outSize }, (_, at) => {
    const [y, x] = [Math.floor(at / across.outSize), at % across.outSize];
    const taps = validTaps(down, y).flatMap((u) => validTaps(across, x).map((v) => ({ u, v })));
    if (taps.length < 9) return [{ y, x, taps }];
    return [0, 1].map((odd) => ({ y, x, taps: taps.filter((_, i) => i % 2 === odd) }));
  }).flat();
}

function sumPicture(
  w: KernelWriter,
  sizes: ConvSizes,
  rows: number,
  { taps, pixel, store }: TileAccess,
): void {
  const { down, across, inPerGroup } = sizes;
  const parts = sumsOfPicture(sizes);
  const sums = accumulators(w, rows * parts.length);
  const sum = (r: number, i: number): Value => sums[r * parts.length + i] as Value;
  w.k.for("c", 0, inPerGroup, (c) => {
    for (let u = 0; u < down.kernel; u++) {
      for (let v = 0; v < across.kernel; v++) {
        const reached = [...parts.keys()].filter((i) =>
          parts[i]?.taps.some((tap) => tap.u === u && tap.v === v),
        );
        if (reached.length === 0) continue;
        outerProduct(
          w,
          sums,
          rows,
          parts.length,
          reached,
          (r) => taps(r, c, u, v),
          (i) => {
            const { y, x } = parts[i] as PictureSum;
            return pixel(c, inputAt(down, y, u), inputAt(across, x, v));
          },
        );
      }
    }
  });
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < parts.length; i++) {
      const { y, x } = parts[i] as PictureSum;
      const isSplit = parts[i + 1]?.y === y && parts[i + 1]?.x === x;
      store(r, y, x, isSplit ? w.k.add(sum(r, i), sum(r, ++i)) : sum(r, i));
    }
  }
}

function sumRow(
  w: KernelWriter,
  { down, across, inPerGroup }: ConvSizes,
  y: IndexLike,
  { rows, columns }: Tile,
  { taps, pixel, store }: TileAccess,
): void {
  const [firstRow, endRow] = forwardRows(w, down, y);
  const isWhole = (x: number): boolean => validTaps(across, x).length === across.kernel;
  rowTiles(w, across.outSize, columns, isWhole, (start, count, at) => {
    const sums = accumulators(w, rows * count);
    const all = Array.from({ length: count }, (_, i) => i);
    w.k.for("c", 0, inPerGroup, (c) => {
      w.k.for("u", firstRow, endRow, (u) => {
        const row = inputAt(down, y, u);
        for (let v = 0; v < across.kernel; v++) {
          outerProduct(
            w,
            sums,
            rows,
            count,
            at === null ? all : all.filter((i) => validTaps(across, at + i).includes(v)),
            (r) => taps(r, c, u, v),
            (i) => pixel(c, row, inputAt(across, plus(start, i), v)),
          );
        }
      });
    });
    for (let r = 0; r < rows; r++) {
      for (const i of all) store(r, y, plus(start, i), sums[r * count + i] as Value);
    }
  });
}

/** Where the input lies that an output position reads through a tap. */
function inputAt(
  { stride, dilation, before }: ConvSizes["down"],
  position: IndexLike,
  tap: IndexLike,
): Index {
  return plus(plus(times(position, stride), times(tap, dilation)), -before);
}

const inLanes: AxisIndex = { base: { constant: 0, terms: [] }, lane: 1 };

/** The weights as [outputs / lanes][inputs][rows][columns][lanes]. */
function packedWeights(planner: Planner, { core }: Root, weight: Node): Place {
  const from = plainOperand(planner, weight);
  const [outputs = 0, ...rest] = weight.shape as [number, number, number, number];
  const { lanes } = planner.target;
  const to = planner.temporary(core, [outputs / lanes, ...rest, lanes]);
  const w = planner.writer("pack");
  w.writes(to);
  const { chunks, perChunk } = chunksFor(outputs / lanes, 2 * lanes * rest.reduce((a, b) => a * b));
  const first = chunks === 1 ? 0 : times(w.k.chunk, perChunk);
  const [inputs, height, width] = rest;
  w.k.for(
    "o",
    first,
    plus(first, perChunk),
    (o) => {
      w.k.for("c", 0, inputs, (c) => {
        w.k.for("u", 0, height, (u) => {
          for (let v = 0; v < width; v++) {
            const at = [fixed(c), fixed(u), fixed(v)];
            const taps = w.load(from, [{ base: times(o, lanes), lane: 1 }, ...at], lanes);
            w.store(to, [fixed(o), ...at, inLanes], taps, lanes);
          }
        });
      });
    },
    { limit: outputs / lanes },
  );
  planner.launch(w, chunks, { flops: 0 });
  return to;
}

/** The epilogue over a row just stored in raw form. */
function finish(
  w: KernelWriter,
  { node, core }: Root,
  place: Place,
  positions: number,
  index: (x: Parameters<typeof fixed>[0]) => readonly AxisIndex[],
): void {
  if (node === core) return;
  w.k.for("x", 0, positions, (x) => {
    const at = index(x);
    w.known.set(core, w.k.let(w.load(place, at, w.lanes)));
    w.store(place, at, w.value(node, at, w.lanes), w.lanes);
    w.known.delete(core);
  });
}
