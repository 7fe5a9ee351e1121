// What the three convolution kernels share: sizes, layouts, tiles along a row, and the pass that
// finishes a row.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { TileRun } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import { batchAxis, readsAt, symbolicAxes } from "../lanes.ts";
import { copyTo, storeBox } from "../lower/pointwise.ts";
import { type AxisIndex, canBatch, combine, fixed, NeedsPlain, type Place } from "../place.ts";
import { chunksFor, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";

/** One direction of a convolution: input i = o · stride + k · dilation − before. */
export interface Axis1d {
  readonly size: number;
  readonly outSize: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

export interface ConvSizes {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly inPerGroup: number;
  readonly outPerGroup: number;
  readonly down: Axis1d;
  readonly across: Axis1d;
}

type Four = readonly [number, number, number, number];

/** Sizes from the shapes of input, weight and output. */
export function convSizes(
  x: readonly number[],
  weight: readonly number[],
  out: readonly number[],
  params: Conv2dParams,
): ConvSizes {
  const [batch, inChannels, height, width] = x as unknown as Four;
  const [outChannels, inPerGroup, kernelHeight, kernelWidth] = weight as unknown as Four;
  const [, , outHeight, outWidth] = out as unknown as Four;
  const { stride, padding, dilation, groups } = params;
  return {
    batch,
    inChannels,
    outChannels,
    groups,
    inPerGroup,
    outPerGroup: outChannels / groups,
    down: {
      size: height,
      outSize: outHeight,
      kernel: kernelHeight,
      stride: stride[0],
      dilation: dilation[0],
      before: padding[0],
    },
    across: {
      size: width,
      outSize: outWidth,
      kernel: kernelWidth,
      stride: stride[1],
      dilation: dilation[1],
      before: padding[2],
    },
  };
}

/** Sizes of the convolution that computes the gradient of the input. */
export function turnedSizes(forward: ConvSizes): ConvSizes {
  const turn = (axis: Axis1d): Axis1d => ({
    ...axis,
    size: axis.outSize,
    outSize: axis.size,
    before: axis.kernel - 1 - axis.before,
  });
  return {
    ...forward,
    inChannels: forward.outChannels,
    outChannels: forward.inChannels,
    inPerGroup: forward.outPerGroup,
    outPerGroup: forward.inPerGroup,
    down: turn(forward.down),
    across: turn(forward.across),
  };
}

/** Multiply-adds of one direction, counted twice as is the custom. */
export function convFlops(s: ConvSizes): number {
  return (
    2 *
    s.batch *
    s.outChannels *
    s.down.outSize *
    s.across.outSize *
    s.inPerGroup *
    s.down.kernel *
    s.across.kernel
  );
}

/**
 * The lanes lie over the batch when it divides into vectors; else the kernel runs on scalars. The
 * kernels are the same: row-major order is batch layout with one lane.
 */
export function lanesFor(
  planner: Planner,
  x: Node,
  epilogue: { node: Node; core: Node } | null,
): number {
  const lanes = canBatch([x.shape[0] as number, 2], planner.target.lanes)
    ? planner.target.lanes
    : 1;
  if (epilogue !== null && epilogue.node !== epilogue.core) {
    const { variables, index } = symbolicAxes(epilogue.node.shape.length);
    const reads = readsAt(epilogue.node, index, planner.placeOf, new Set([epilogue.core]));
    const axis = batchAxis(reads, variables);
    if (axis > 0 || (axis === 0 && lanes === 1)) {
      throw new NeedsPlain(
        (reads.find(({ place }) => place.layout === "batch") as { place: Place }).place.node,
      );
    }
  }
  return lanes;
}

/** A stored operand in the layout that the lanes ask for. */
export function operand(planner: Planner, node: Node, lanes: number): Place {
  const batch = lanes > 1 && canBatch(node.shape, lanes);
  return planner.relay(node, batch ? "batch" : "plain", copyTo(planner));
}

/** An operand that is read element by element: weights. */
export function plainOperand(planner: Planner, node: Node): Place {
  return planner.relay(node, "plain", copyTo(planner));
}

/** Work of a kernel shared out: parts of the batch, each in parts of the channels (a power of two). */
export interface Shares {
  readonly images: number;
  readonly channels: number;
}

/** Fewer chunks than this leave threads without work. */
const wantedChunks = 8;

/**
 * Parts for a kernel over images and channels: by images as long as there are enough of them, else by channels too.
 * @param units images, or groups of images in the lanes
 * @param tiles channel tiles of all groups together, or what else is shared
 */
export function sharesOf(
  units: number,
  tiles: number,
  work: number,
): Shares & { readonly perImages: number } {
  const { chunks: images, perChunk: perImages } = chunksFor(units, work / units);
  const most = Math.min(tiles, wantedChunks / images, work / 65536);
  return { images, channels: powerOfTwo(most), perImages };
}

/** The largest power of two that is not above n, at least 1. */
export function powerOfTwo(n: number): number {
  return n < 2 ? 1 : 2 ** Math.floor(Math.log2(n));
}

/** Which part of the images and of the channels the present chunk is. */
export function partsOfChunk(
  w: KernelWriter,
  { images, channels }: Shares,
): { image: IndexLike; channel: IndexLike } {
  const { k } = w;
  if (channels === 1) return { image: images === 1 ? 0 : k.chunk, channel: 0 };
  if (images === 1) return { image: 0, channel: k.chunk };
  const chunk = k.let(k.index(k.chunk));
  const mask = k.const(channels - 1, 1, "int");
  return {
    image: k.letIndex("imagePart", k.shift("right", chunk, Math.log2(channels))),
    channel: k.letIndex("channelPart", k.binary("bitAnd", chunk, mask)),
  };
}

/** Index along the batch axis of an image, or of a group of images in the lanes. */
export function imageIndex(w: KernelWriter, n: IndexLike, lanesOver: LanesOver): AxisIndex {
  if (lanesOver === "width") return fixed(n);
  return { base: times(n, w.lanes), lane: w.lanes > 1 ? 1 : 0 };
}

/** Loops over the groups of images of one chunk; returns how many chunks there are. */
export function overImages(
  w: KernelWriter,
  batch: number,
  work: number,
  body: (image: AxisIndex) => void,
): number {
  const groups = Math.ceil(batch / w.lanes);
  const { chunks, perChunk } = chunksFor(groups, work / groups);
  const from = chunks === 1 ? 0 : times(w.k.chunk, perChunk);
  w.k.for("n", from, plus(from, perChunk), (n) => body(imageIndex(w, n, "images")), {
    limit: groups,
  });
  return chunks;
}

/** What lies in the lanes: as many images, or positions of one image. */
export type LanesOver = "images" | "width";

/** Loops over the images and the channel tiles of one chunk; returns how many chunks there are. */
export function overImagesAndChannels(
  w: KernelWriter,
  work: {
    readonly sizes: ConvSizes;
    readonly lanesOver: LanesOver;
    readonly runs: readonly TileRun[];
    readonly perGroup: number;
  },
  body: (image: AxisIndex, group: IndexLike, channel: IndexLike, size: number) => void,
): number {
  const { sizes, lanesOver, runs, perGroup } = work;
  const units = lanesOver === "width" ? sizes.batch : Math.ceil(sizes.batch / w.lanes);
  const shares = sharesOf(units, tilesOf(sizes.groups, runs), convFlops(sizes));
  const part = partsOfChunk(w, shares);
  const from = times(part.image, shares.perImages);
  w.k.for(
    "n",
    from,
    plus(from, shares.perImages),
    (n) => {
      const image = imageIndex(w, n, lanesOver);
      const own = { part: part.channel, of: shares.channels };
      overChannels(w, sizes.groups, runs, perGroup, own, (group, channel, size) =>
        body(image, group, channel, size),
      );
    },
    { limit: units },
  );
  return shares.images * shares.channels;
}

/** Channel tiles of all groups. */
export function tilesOf(groups: number, runs: readonly TileRun[]): number {
  return groups * runs.reduce((sum, { count }) => sum + count, 0);
}

/**
 * Loops over one part of the channels: whole groups where there are enough of them, else tiles of each group. The
 * body gets the first channel of its tile.
 */
export function overChannels(
  w: KernelWriter,
  groups: number,
  runs: readonly TileRun[],
  perGroup: number,
  { part, of }: { readonly part: IndexLike; readonly of: number },
  body: (group: IndexLike, channel: IndexLike, size: number) => void,
): void {
  const { k } = w;
  const shareGroups = groups >= of;
  const perPart = Math.ceil(groups / of);
  const [from, to] = shareGroups ? range(part, perPart) : ([0, groups] as const);
  k.for(
    "group",
    from,
    to,
    (group) => {
      for (const run of runs) {
        const tile = (t: IndexLike): void =>
          body(group, plus(plus(times(group, perGroup), run.start), times(t, run.size)), run.size);
        if (shareGroups || of === 1) k.for("tile", 0, run.count, tile);
        else if (run.count >= of) {
          const [first, end] = range(part, Math.ceil(run.count / of));
          k.for("tile", first, end, tile, { limit: run.count });
        } else {
          // Few tiles, the rest of a division: the last part, which has fewest of the others, takes them.
          k.if(k.compare("eq", k.index(part), k.const(of - 1, 1, "int")), () =>
            k.for("tile", 0, run.count, tile),
          );
        }
      }
    },
    { limit: groups },
  );
}

function range(part: IndexLike, size: number): [IndexLike, IndexLike] {
  const from = times(part, size);
  return [from, plus(from, size)];
}

/**
 * Positions 0..count of a row in tiles of up to `tile`, so that tiles whose taps are all inside
 * share one loop and each of the others is written with only its valid taps.
 */
export function rowTiles(
  w: KernelWriter,
  count: number,
  tile: number,
  isInside: (position: number) => boolean,
  body: (start: IndexLike, size: number, isStatic: number | null) => void,
): void {
  for (let from = 0; from < count; ) {
    const size = Math.min(tile, count - from);
    const inside = (start: number): boolean => {
      for (let i = 0; i < tile; i++) if (start + i >= count || !isInside(start + i)) return false;
      return true;
    };
    let tiles = 0;
    while (inside(from + tiles * tile)) tiles++;
    if (tiles > 1) {
      const first = from;
      w.k.for("x", 0, tiles, (t) => body(plus(times(t, tile), first), tile, null));
      from += tiles * tile;
    } else {
      body(from, size, from);
      from += size;
    }
  }
}

/** Bytes after which addresses fall into the same lines of the first-level cache, and how many of those it holds at least. */
const cachePeriod = 4096;
const cacheWays = 6;

/**
 * An operand of which a kernel reads `streams` planes side by side: as it is, or copied with a column to spare where the
 * planes would lie a multiple of the cache's period apart and push each other out.
 */
export function spreadPlanes(planner: Planner, from: Place, node: Node, streams: number): Place {
  const [batch, channels, height, width] = from.shape as unknown as Four;
  const lanes = from.layout === "batch" ? planner.target.lanes : 1;
  const isApart = (height * width * lanes * 4) % cachePeriod !== 0;
  if (isApart || streams <= cacheWays) return from;
  const to = {
    ...planner.temporary(node, [batch, channels, height, width + 1]),
    layout: from.layout,
  };
  storeBox(planner, {
    name: "spread",
    node,
    place: to,
    box: [batch, channels, height, width],
    laneAxis: from.layout === "batch" ? 0 : 3,
    target: (at) => at,
    value: (w, at, lanes) => w.load(from, at, lanes),
  });
  return to;
}

/** A copy with the padding made real, for kernels that cannot clip. */
export function paddedCopy(
  planner: Planner,
  from: Place,
  node: Node,
  padding: readonly [number, number, number, number],
): Place {
  const [batch, channels, height, width] = from.shape as unknown as Four;
  const [top, bottom, left, right] = padding;
  const shape = [batch, channels, height + top + bottom, width + left + right];
  const to = { ...planner.temporary(node, shape), layout: from.layout };
  const boxes: [start: [number, number], size: [number, number], inside: boolean][] = [
    [[0, 0], [top, width + left + right], false],
    [[top + height, 0], [bottom, width + left + right], false],
    [[top, 0], [height, left], false],
    [[top, left + width], [height, right], false],
    [[top, left], [height, width], true],
  ];
  for (const [start, size, inside] of boxes) {
    storeBox(planner, {
      name: "pad",
      node,
      place: to,
      box: [batch, channels, ...size],
      laneAxis: from.layout === "batch" ? 0 : 3,
      target: ([n, c, y, x], w) => [
        n as AxisIndex,
        c as AxisIndex,
        combine(start[0], [[y as AxisIndex, 1]], w.lanes),
        combine(start[1], [[x as AxisIndex, 1]], w.lanes),
      ],
      value: (w, at, lanes) => (inside ? w.load(from, at, lanes) : w.k.const(0)),
    });
  }
  return to;
}
