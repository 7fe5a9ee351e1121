// Convolution, forward, lanes over output channels: weights packed so that the channels of a vector lie side by side,
// pixels read one by one and spread over the lanes.
//
// For batches that do not fill vectors, where rows are too short to fill one or are read with a stride: at [1, 512, 3, 3]
// lanes over width would run on scalars. Packing reads and writes the weights once for each run, which is a small
// part of the work from about four positions on; a compiled network packs them once.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
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
  const { down, across } = sizes;
  const packed = packedWeights(planner, root, weight);
  const w = planner.writer("conv2d");
  w.writes(place);
  const vectors = sizes.outPerGroup / w.lanes;
  const tile = chooseTile(vectors, across.outSize, planner.target.accumulators);
  const runs = tileRuns(vectors, tile.rows);
  const isWhole = (x: number): boolean => validTaps(across, x).length === across.kernel;

  const work = { sizes, lanesOver: "width", runs, perGroup: vectors } as const;
  const chunks = overImagesAndChannels(w, work, (image, group, vector, rows) => {
    const channelsAt = (v: number): AxisIndex => ({
      base: times(plus(vector, v), w.lanes),
      lane: 1,
    });
    w.k.for("y", 0, down.outSize, (y) => {
      const [firstRow, endRow] = forwardRows(w, down, y);
      rowTiles(w, across.outSize, tile.columns, isWhole, (start, count, at) => {
        const sums = accumulators(w, rows * count);
        w.k.for("c", 0, sizes.inPerGroup, (c) => {
          w.k.for("u", firstRow, endRow, (u) => {
            const row = plus(plus(times(y, down.stride), times(u, down.dilation)), -down.before);
            for (let v = 0; v < across.kernel; v++) {
              const positions = Array.from({ length: count }, (_, i) => i).filter(
                (i) => at === null || validTaps(across, at + i).includes(v),
              );
              const pixel = (i: number): Value => {
                const column = plus(
                  times(plus(start, i), across.stride),
                  v * across.dilation - across.before,
                );
                const channel = plus(times(group, sizes.inPerGroup), c);
                const index = [image, fixed(channel), fixed(row), fixed(column)];
                return w.k.splat(w.load(input.place, index, 1), w.lanes);
              };
              const taps = (r: number): Value =>
                w.load(
                  packed,
                  [fixed(plus(vector, r)), fixed(c), fixed(u), fixed(v), inLanes],
                  w.lanes,
                );
              outerProduct(w, sums, rows, count, positions, taps, pixel);
            }
          });
        });
        for (let r = 0; r < rows; r++) {
          for (let i = 0; i < count; i++) {
            const target = [image, channelsAt(r), fixed(y), fixed(plus(start, i))];
            w.store(place, target, sums[r * count + i] as Value, w.lanes);
          }
        }
      });
      for (let r = 0; r < rows; r++)
        finish(w, root, place, across.outSize, (x) => [image, channelsAt(r), fixed(y), fixed(x)]);
    });
  });
  planner.launch(w, chunks, { flops: convFlops(sizes) });
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
