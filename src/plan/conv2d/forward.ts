// Convolution, forward:  y[n,o,i,j] = Σ x[n,c,i·s+u·d−p,…] · w[o,c,u,v].
//
// Lanes over images. A tile of output channels × positions of one row stays in registers while the
// input channels and kernel rows go by; rows at the edge run over fewer kernel rows, positions at
// the edge are written with only their valid taps, so that padding costs nothing.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { forwardRows, needsPadding, validTaps } from "./edges.ts";
import {
  convFlops,
  convSizes,
  finishRow,
  lanesFor,
  operand,
  overImagesAndChannels,
  paddedCopy,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { accumulators, outerProduct } from "./tiles.ts";
import { fitsWidth, lowerForwardOverWidth } from "./width.ts";

export function lowerConv2d(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const lanes = lanesFor(planner, x, root);
  const outBatch = lanes > 1 && planner.mayBatch(node);
  const place = planner.place(node, outBatch ? "batch" : "plain");
  if (isEmpty(node)) return;
  let sizes = convSizes(x.shape, weight.shape, core.shape, params);
  if (fitsWidth(planner, lanes, sizes.across.outSize)) {
    lowerForwardOverWidth(planner, root, place);
    return;
  }
  let xPlace = operand(planner, x, lanes);
  const weightPlace = plainOperand(planner, weight);
  if (needsPadding(sizes.down)) {
    xPlace = paddedCopy(planner, xPlace, x, params.padding);
    sizes = convSizes(xPlace.shape, weight.shape, core.shape, { ...params, padding: [0, 0, 0, 0] });
  }
  const { down, across } = sizes;
  const w = planner.writer("conv2d", lanes);
  w.writes(place);
  const tile = chooseTile(sizes.outPerGroup, across.outSize, planner.target.accumulators);
  const runs = tileRuns(sizes.outPerGroup, tile.rows);

  const chunks = overImagesAndChannels(
    w,
    sizes,
    "images",
    runs,
    sizes.outPerGroup,
    (image, group, channel, channels) => {
      w.k.for("y", 0, down.outSize, (y) => {
        const [firstRow, endRow] = forwardRows(w, down, y);
        const isInside = (position: number): boolean =>
          validTaps(across, position).length === across.kernel;
        rowTiles(w, across.outSize, tile.columns, isInside, (start, count, at) => {
          const sums = accumulators(w, channels * count);
          w.k.for("c", 0, sizes.inPerGroup, (c) => {
            w.k.for("u", firstRow, endRow, (u) => {
              for (let v = 0; v < across.kernel; v++) {
                const positions = Array.from({ length: count }, (_, i) => i).filter(
                  (i) => at === null || validTaps(across, at + i).includes(v),
                );
                const pixel = (i: number): Value =>
                  w.load(
                    xPlace,
                    [
                      image,
                      fixed(plus(times(group, sizes.inPerGroup), c)),
                      fixed(
                        plus(plus(times(y, down.stride), times(u, down.dilation)), -down.before),
                      ),
                      fixed(
                        plus(
                          times(plus(start, i), across.stride),
                          v * across.dilation - across.before,
                        ),
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
              w.store(
                place,
                [image, fixed(plus(channel, o)), fixed(y), fixed(plus(start, i))],
                sums[o * count + i] as Value,
                w.lanes,
              );
            }
          }
        });
        finishRow(w, root, place, channels, across.outSize, w.lanes, (c, i): AxisIndex[] => [
          image,
          fixed(plus(channel, c)),
          fixed(y),
          fixed(i),
        ]);
      });
    },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}
