// Convolutions of 1 × 1: products of matrices, channels × channels by channels × positions.
//
// The pixels at a few positions are copied into a panel, [channels][positions][lanes], which stays in the first cache while all
// output channels go by: the planes of an image often lie so far apart that they would push each other out. The gradient of
// the input is the same with the weights read the other way; pixels that the convolution leaves out get 0 in a pass of its own.
//
// Lanes over images, or over neighbouring pixels, whose rows follow each other.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { readsAt, stepAlong, symbolicAxes } from "../lanes.ts";
import { storeFolded } from "../lower/foldWindows.ts";
import { unrolled } from "../lower/matmul.ts";
import { storeExpression } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import { lanesOverFor, moved } from "./row.ts";
import {
  type ConvSizes,
  convFlops,
  imageIndex,
  operand,
  overChannels,
  partsOfChunk,
  plainOperand,
  sharesOf,
  tilesOf,
} from "./shared.ts";
import { accumulators, outerProduct } from "./tiles.ts";

/** With fewer channels a panel is read too seldom to be worth a copy. */
const leastChannels = 8;

/** Is this a convolution of 1 × 1 for which panels pay? */
export function fitsOneByOne(planner: Planner, sizes: ConvSizes, inBatch: number): boolean {
  const { groups, inChannels, outChannels, down, across } = sizes;
  const isPoint = [down, across].every(
    ({ kernel, before, size, stride, outSize }) =>
      kernel === 1 && before === 0 && outSize === Math.floor((size - 1) / stride) + 1,
  );
  if (!isPoint || groups !== 1 || Math.min(inChannels, outChannels) < leastChannels) return false;
  const { lanes } = lanesOverFor(planner, inBatch, down.size * across.size);
  return inBatch > 1 || (lanes > 1 && isDense(sizes));
}

function isDense({ down, across }: ConvSizes): boolean {
  return down.stride === 1 && across.stride === 1;
}

/** What is computed: the convolution, or (`turned`) the gradient of its input. */
interface Job {
  readonly root: Root;
  readonly place: Place;
  /** Of the convolution itself. */
  readonly sizes: ConvSizes;
  /** Images in the lanes; 1 where they do not fill vectors. */
  readonly inBatch: number;
  readonly turned: boolean;
}

/** The caller knows that the form fits. */
export function lowerOneByOne(planner: Planner, given: Job): void {
  const job = { ...given, inBatch: lanesFrom(planner, given) };
  const { root, place, sizes, turned } = job;
  const { node, core } = root;
  const laneAxis = place.layout === "batch" ? 0 : 3;
  if (turned && !isDense(sizes)) {
    const { down, across } = sizes;
    const windows = [down.outSize, across.outSize] as const;
    const raw = {
      ...planner.temporary(core, [...core.shape.slice(0, 2), ...windows]),
      layout: place.layout,
    };
    const part = (axis: typeof down) => ({ ...axis, size: axis.outSize, stride: 1 });
    const dense = { ...sizes, down: part(down), across: part(across) };
    lowerPanels(planner, { ...job, root: { node: core, core }, place: raw, sizes: dense });
    storeFolded(planner, root, place, {
      kernel: [1, 1],
      stride: [down.stride, across.stride],
      dilation: [1, 1],
      windows,
      laneAxis,
      element: (w, at, _, width) => w.load(raw, at, width),
    });
  } else if (node !== core && isDense(sizes) && !isFlat(planner, root)) {
    const raw = { ...planner.temporary(core, core.shape), layout: place.layout };
    lowerPanels(planner, { ...job, root: { node: core, core }, place: raw });
    planner.adopt(core, raw);
    storeExpression(planner, node, place, laneAxis);
  } else lowerPanels(planner, job);
}

/** Images in the lanes, unless input and result are row-major: then neighbouring pixels, where nothing has to change its order. */
function lanesFrom(planner: Planner, { root, place, sizes, inBatch }: Job): number {
  const { lanes } = lanesOverFor(planner, 1, sizes.down.size * sizes.across.size);
  const isPlain = [place, planner.placeOf(root.core.inputs[0] as Node)].every(
    (operand) => operand?.layout === "plain",
  );
  return isPlain && lanes > 1 && isDense(sizes) ? 1 : inBatch;
}

/** Do the rows of all that an epilogue reads follow each other as those of the result do? */
function isFlat(planner: Planner, { node, core }: Root): boolean {
  const { variables, index } = symbolicAxes(4);
  const [, , row, column] = variables;
  if (row === undefined || column === undefined || core.shape.length !== 4) return false;
  const width = core.shape[3] as number;
  const reads = readsAt(node, index, planner.placeOf, new Set([core]));
  const follow = reads.every((read) => stepAlong(read, row) === width * stepAlong(read, column));
  return follow && !dependsOnPosition(planner, node, core);
}

/** Is something in an epilogue computed from where it is, as random numbers are? */
function dependsOnPosition(planner: Planner, node: Node, core: Node): boolean {
  if (node === core || planner.placeOf(node) !== null) return false;
  if (node.inputs.length === 0) return sizeOf(node.shape) > 1;
  return node.inputs.some((input) => dependsOnPosition(planner, input, core));
}

function lowerPanels(planner: Planner, { root, place, sizes, inBatch, turned }: Job): void {
  const { node, core } = root;
  const [input, weight] = core.inputs as [Node, Node];
  const { inChannels, outChannels, down, across } = sizes;
  const [depth, channels] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
  // Without a stride all rows are one.
  const flat = isDense(sizes);
  const [rows, positions] = flat
    ? [1, down.outSize * across.outSize]
    : [down.outSize, across.outSize];
  const { lanesOver, lanes } = lanesOverFor(planner, inBatch, positions);
  const asRows = (whole: Place): Place => {
    const [batch, planes, height, width] = whole.shape as readonly [number, number, number, number];
    return flat ? { ...whole, shape: [batch, planes, 1, height * width] } : whole;
  };
  const from = asRows(
    lanesOver === "width" ? plainOperand(planner, input) : operand(planner, input, inBatch),
  );
  const to = asRows(place);
  const weights = plainOperand(planner, weight);
  const w = planner.writer("conv2dOneByOne", lanes);
  const { k } = w;
  w.writes(to);

  // Whole vectors of positions; one that overlaps the last of them where they do not fill the row.
  const unit = lanesOver === "width" ? lanes : 1;
  const units = Math.floor(positions / unit);
  const overlaps = units * unit < positions;
  const tile = chooseTile(channels, units, planner.target.accumulators);
  const panels = tileRuns(units, tile.columns);
  const images = lanesOver === "width" ? sizes.batch : sizes.batch / lanes;
  // Of vectors that overlap one thread computes both.
  const tiles = overlaps ? Math.floor(channels / tile.rows) : tilesOf(rows, panels);
  const shares = sharesOf(images, tiles, convFlops(sizes));
  const chunks = shares.images * shares.channels;
  const panelSize = depth * tile.columns * lanes;
  const scratch = planner.temporary(core, [chunks, panelSize]);
  w.writes(scratch);
  const buffer = w.buffer(scratch);
  const base = chunks === 1 ? toIndex(0) : times(k.chunk, panelSize);
  const inPanel = (d: IndexLike, i: number, size: number): Index =>
    plus(base, plus(times(d, size * lanes), i * lanes));

  const part = partsOfChunk(w, shares);
  const own = { part: part.channel, of: shares.channels };
  const all = { part: 0, of: 1 };
  const [ownPanels, ownChannels] = overlaps ? [all, own] : [own, all];

  /** All channels of this chunk at a few positions of a row. */
  const compute = (
    image: AxisIndex,
    row: IndexLike,
    size: number,
    position: (i: number) => { base: Index; lane: number },
  ): void => {
    const stepped = flat ? fixed(0) : fixed(times(row, down.stride));
    k.for("d", 0, depth, (d) => {
      for (let i = 0; i < size; i++) {
        const column = moved(position(i), flat ? 1 : across.stride, 0);
        const pixels = w.load(from, [image, fixed(d), stepped, column], lanes);
        k.store(buffer, inPanel(d, i, size), pixels);
      }
    });
    const runs = tileRuns(channels, chooseTile(channels, size, planner.target.accumulators).rows);
    const columns = Array.from({ length: size }, (_, i) => i);
    overChannels(w, 1, runs, channels, ownChannels, (_, channel, count) => {
      const sums = accumulators(w, count * size);
      const target = (r: IndexLike, i: number): AxisIndex[] => [
        image,
        fixed(plus(channel, r)),
        fixed(row),
        position(i),
      ];
      unrolled(w, depth, (d) => {
        const tap = (r: number): Value => {
          const pair = turned ? [d, plus(channel, r)] : [plus(channel, r), d];
          return w.load(weights, [...pair, 0, 0].map(fixed), 1);
        };
        const pixel = (i: number): Value => k.load(buffer, inPanel(d, i, size), lanes);
        outerProduct(w, sums, count, size, columns, tap, pixel);
      });
      for (let r = 0; r < count; r++)
        for (const i of columns) w.store(to, target(r, i), sums[r * size + i] as Value, lanes);
      if (node === core) return;
      k.for("e", 0, count, (r) => {
        for (const i of columns) {
          w.known.set(core, k.let(w.load(to, target(r, i), lanes)));
          w.store(to, target(r, i), w.value(node, target(r, i), lanes), lanes);
          w.known.delete(core);
        }
      });
    });
  };

  const first = times(part.image, shares.perImages);
  k.for(
    "n",
    first,
    plus(first, shares.perImages),
    (n) => {
      const image = imageIndex(w, n, lanesOver);
      const lane = lanesOver === "width" ? 1 : 0;
      overChannels(w, rows, panels, 0, ownPanels, (row, start, size) =>
        compute(image, row, size, (i) => ({ base: times(plus(start, i), unit), lane })),
      );
      if (overlaps) compute(image, 0, 1, () => ({ base: toIndex(positions - lanes), lane }));
    },
    { limit: images },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}
