// Convolution, gradient of the input:  dx[n,c,y,x] = Σ dy[n,o,i,j] · w[o,c,u,v] over i·s+u·d−p = y.
//
// Lanes over images. For stride s the pixels y = s·q + r of one phase r see the same kernel rows, so
// each phase is a convolution of stride 1 with a part of the kernel; edges run over valid taps only.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { overGradientRows, type Phase, phasesOf } from "./edges.ts";
import {
  convFlops,
  convSizes,
  finishRow,
  lanesFor,
  operand,
  overImagesAndChannels,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { accumulators, outerProduct } from "./tiles.ts";
import { lowerInputGradOverWidth, phasesFitWidth } from "./width.ts";

export function lowerConv2dInputGrad(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [grad, weight] = core.inputs as [Node, Node];
  const lanes = lanesFor(planner, grad, root);
  const place = planner.place(node, lanes > 1 && planner.mayBatch(node) ? "batch" : "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(core.shape, weight.shape, grad.shape, core.params as Conv2dParams);
  if (phasesFitWidth(planner, lanes, sizes.across)) {
    lowerInputGradOverWidth(planner, root, place);
    return;
  }
  const gradPlace = operand(planner, grad, lanes);
  const weightPlace = plainOperand(planner, weight);
  const { down, across } = sizes;
  const w = planner.writer("conv2dInputGrad", lanes);
  w.writes(place);
  const tile = chooseTile(
    sizes.inPerGroup,
    Math.ceil(across.size / across.stride),
    planner.target.accumulators,
  );
  const runs = tileRuns(sizes.inPerGroup, tile.rows);
  const columnPhases = phasesOf(across);

  const chunks = overImagesAndChannels(
    w,
    sizes,
    "images",
    runs,
    sizes.inPerGroup,
    (image, group, channel, channels) => {
      const inGroup = plus(channel, times(group, -sizes.inPerGroup));
      for (const rows of phasesOf(down)) {
        w.k.for("q", 0, rows.count, (q) => {
          const y = plus(times(q, down.stride), rows.first);
          for (const columns of columnPhases) {
            const valid = (i: number): Phase["taps"] =>
              columns.taps.filter(({ offset }) => i + offset >= 0 && i + offset < across.outSize);
            const isInside = (i: number): boolean => valid(i).length === columns.taps.length;
            rowTiles(w, columns.count, tile.columns, isInside, (start, count, at) => {
              const sums = accumulators(w, channels * count);
              w.k.for("o", 0, sizes.outPerGroup, (o) => {
                const out = plus(times(group, sizes.outPerGroup), o);
                overGradientRows(w, down, rows, q, (u, row) => {
                  for (const { tap, offset } of columns.taps) {
                    const positions = Array.from({ length: count }, (_, i) => i).filter(
                      (i) => at === null || valid(at + i).some((other) => other.tap === tap),
                    );
                    if (positions.length === 0) continue;
                    const pixel = (i: number): Value =>
                      w.load(
                        gradPlace,
                        [image, fixed(out), fixed(row), fixed(plus(start, i + offset))],
                        w.lanes,
                      );
                    const weightAt = (c: number): Value =>
                      w.load(
                        weightPlace,
                        [fixed(out), fixed(plus(inGroup, c)), fixed(u), fixed(tap)],
                        1,
                      );
                    outerProduct(w, sums, channels, count, positions, weightAt, pixel);
                  }
                });
              });
              for (let c = 0; c < channels; c++) {
                for (let i = 0; i < count; i++) {
                  const x = plus(times(plus(start, i), across.stride), columns.first);
                  w.store(
                    place,
                    [image, fixed(plus(channel, c)), fixed(y), fixed(x)],
                    sums[c * count + i] as Value,
                    w.lanes,
                  );
                }
              }
            });
          }
          finishRow(w, root, place, channels, across.size, w.lanes, (c, x): AxisIndex[] => [
            image,
            fixed(plus(channel, c)),
            fixed(y),
            fixed(x),
          ]);
        });
      }
    },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}
