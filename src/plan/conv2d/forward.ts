// Convolution, forward:  y[n,o,i,j] = Σ x[n,c,i·s+u·d−p,…] · w[o,c,u,v].
//
// Lanes over images, or over neighbouring positions. A tile of output channels × positions of one row stays in registers while the
// input channels and kernel rows go by; rows at the edge run over fewer kernel rows, positions at
// the edge are written with only their valid taps, so that padding costs nothing.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { lowerForwardChannelLanes } from "./channelLanes.ts";
import { forwardRows, validTaps } from "./edges.ts";
import { lowerOneByOne } from "./oneByOne.ts";
import { finishRow, inputFor, lanesOverFor, moved, rowUnits } from "./row.ts";
import {
  convFlops,
  convSizes,
  lanesFor,
  overImagesAndChannels,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { strategyFor } from "./strategy.ts";
import { accumulators, outerProduct } from "./tiles.ts";
import { lowerForwardWinograd } from "./winograd.ts";
import { lowerForwardWinogradChannels } from "./winogradChannels.ts";

export function lowerConv2d(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const inBatch = lanesFor(planner, x, root);
  const place = planner.place(node, inBatch > 1 && planner.mayBatch(node) ? "batch" : "plain");
  if (isEmpty(node)) return;
  const unpadded = convSizes(x.shape, weight.shape, core.shape, params);
  const strategy = strategyFor(planner, "forward", unpadded, inBatch, weight);
  switch (strategy.name) {
    case "winograd":
      return lowerForwardWinograd(planner, root, place, unpadded, strategy.form);
    case "winogradChannels":
      return lowerForwardWinogradChannels(planner, root, place, unpadded, strategy.form);
    case "oneByOne":
      return lowerOneByOne(planner, { root, place, sizes: unpadded, inBatch, turned: false });
    case "channels":
      return lowerForwardChannelLanes(planner, root, place);
    case "direct":
      return lowerForwardDirect(planner, root, place, inBatch);
    default:
      return strategy satisfies never;
  }
}

function lowerForwardDirect(planner: Planner, root: Root, place: Place, inBatch: number): void {
  const { core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const { lanesOver, lanes } = lanesOverFor(planner, inBatch, core.shape[3] as number);
  const input = inputFor(planner, x, lanesOver, inBatch, weight.shape, core.shape, params);
  const weightPlace = plainOperand(planner, weight);
  const { sizes } = input;
  const { down, across } = sizes;
  const w = planner.writer("conv2d", lanes);
  w.writes(place);
  const units = rowUnits(lanesOver, across.outSize, w.lanes);
  const tile = chooseTile(sizes.outPerGroup, units.count, planner.target.accumulators);
  const runs = tileRuns(sizes.outPerGroup, tile.rows);
  // Of vectors of positions every tap is inside: their rows are long enough.
  const reaches = (unit: number, tap: number): boolean => validTaps(across, unit).includes(tap);
  const isWhole = (unit: number): boolean =>
    units.isFull(unit) && validTaps(across, unit).length === across.kernel;

  const work = { sizes, lanesOver, runs, perGroup: sizes.outPerGroup };
  const chunks = overImagesAndChannels(w, work, (image, group, channel, channels) => {
    w.k.for("y", 0, down.outSize, (y) => {
      const [firstRow, endRow] = forwardRows(w, down, y);
      rowTiles(w, units.count, tile.columns, isWhole, (start, count, at) => {
        const sums = accumulators(w, channels * count);
        w.k.for("c", 0, sizes.inPerGroup, (c) => {
          w.k.for("u", firstRow, endRow, (u) => {
            const row = plus(plus(times(y, down.stride), times(u, down.dilation)), -down.before);
            for (let v = 0; v < across.kernel; v++) {
              const positions = Array.from({ length: count }, (_, i) => i).filter(
                (i) => at === null || reaches(at + i, v),
              );
              const pixel = (i: number): Value =>
                w.load(
                  input.place,
                  [
                    image,
                    fixed(plus(times(group, sizes.inPerGroup), c)),
                    fixed(row),
                    moved(
                      units.index(start, i, at),
                      across.stride,
                      v * across.dilation - across.before,
                    ),
                  ],
                  w.lanes,
                );
              const tap = (o: number): Value =>
                w.load(weightPlace, [fixed(plus(channel, o)), fixed(c), fixed(u), fixed(v)], 1);
              outerProduct(w, sums, channels, count, positions, tap, pixel);
            }
          });
        });
        for (let o = 0; o < channels; o++) {
          for (let i = 0; i < count; i++) {
            const target = [image, fixed(plus(channel, o)), fixed(y), units.index(start, i, at)];
            w.store(place, target, sums[o * count + i] as Value, w.lanes);
          }
        }
      });
      finishRow(w, root, place, channels, across.outSize, lanesOver, (c, column) => [
        image,
        fixed(plus(channel, c)),
        fixed(y),
        column,
      ]);
    });
  });
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}
