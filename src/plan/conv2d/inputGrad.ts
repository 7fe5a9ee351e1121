// Convolution, gradient of the input:  dx[n,c,y,x] = Σ dy[n,o,i,j] · w[o,c,u,v] over i·s+u·d−p = y.
//
// Lanes over images, or over pixels that are one stride apart. For stride s the pixels y = s·q + r of one phase r see the same kernel rows, so
// each phase is a convolution of stride 1 with a part of the kernel; edges run over valid taps only.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { overGradientRows, type Phase, phasesOf } from "./edges.ts";
import { lowerOneByOne } from "./oneByOne.ts";
import { finishRow, lanesOverFor, moved, rowUnits } from "./row.ts";
import {
  type Axis1d,
  convFlops,
  convSizes,
  type LanesOver,
  lanesFor,
  operand,
  overImagesAndChannels,
  paddedCopy,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { strategyFor } from "./strategy.ts";
import { accumulators, outerProduct } from "./tiles.ts";
import { lowerInputGradWinograd } from "./winograd.ts";

export function lowerConv2dInputGrad(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [grad, weight] = core.inputs as [Node, Node];
  const inBatch = lanesFor(planner, grad, root);
  const place = planner.place(node, inBatch > 1 && planner.mayBatch(node) ? "batch" : "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(core.shape, weight.shape, grad.shape, core.params as Conv2dParams);
  const strategy = strategyFor(planner, "inputGrad", sizes, inBatch, weight);
  if (strategy.name === "winograd")
    return lowerInputGradWinograd(planner, root, place, sizes, strategy.form);
  if (strategy.name === "oneByOne")
    return lowerOneByOne(planner, { root, place, sizes, inBatch, turned: true });
  const { down, across } = sizes;
  const columnPhases = phasesOf(across);
  const lengths = columnPhases.map(({ count }) => count);
  const { lanesOver, lanes } = lanesOverFor(planner, inBatch, Math.min(...lengths));
  const from = gradientFor(planner, grad, lanesOver, inBatch, across, columnPhases);
  const weightPlace = plainOperand(planner, weight);
  const w = planner.writer("conv2dInputGrad", lanes);
  w.writes(place);
  const most = rowUnits(lanesOver, Math.max(...lengths), w.lanes).count;
  const tile = chooseTile(sizes.inPerGroup, most, planner.target.accumulators);
  const runs = tileRuns(sizes.inPerGroup, tile.rows);

  const work = { sizes, lanesOver, runs, perGroup: sizes.inPerGroup };
  const chunks = overImagesAndChannels(w, work, (image, group, channel, channels) => {
    const inGroup = plus(channel, times(group, -sizes.inPerGroup));
    for (const rows of phasesOf(down)) {
      w.k.for("q", 0, rows.count, (q) => {
        const y = plus(times(q, down.stride), rows.first);
        for (const columns of columnPhases) {
          const units = rowUnits(lanesOver, columns.count, w.lanes);
          const reaches = (unit: number, offset: number): boolean =>
            unit + offset + from.left >= 0 && unit + offset + from.left < from.width;
          const isWhole = (unit: number): boolean =>
            units.isFull(unit) && columns.taps.every(({ offset }) => reaches(unit, offset));
          rowTiles(w, units.count, tile.columns, isWhole, (start, count, at) => {
            const sums = accumulators(w, channels * count);
            w.k.for("o", 0, sizes.outPerGroup, (o) => {
              const out = plus(times(group, sizes.outPerGroup), o);
              overGradientRows(w, down, rows, q, (u, row) => {
                for (const { tap, offset } of columns.taps) {
                  const positions = Array.from({ length: count }, (_, i) => i).filter(
                    (i) => at === null || reaches(at + i, offset),
                  );
                  if (positions.length === 0) continue;
                  const pixel = (i: number): Value => {
                    const column = moved(units.index(start, i, at), 1, offset + from.left);
                    return w.load(from.place, [image, fixed(out), fixed(row), column], w.lanes);
                  };
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
                const column = moved(units.index(start, i, at), across.stride, columns.first);
                const target = [image, fixed(plus(channel, c)), fixed(y), column];
                w.store(place, target, sums[c * count + i] as Value, w.lanes);
              }
            }
          });
        }
        finishRow(w, root, place, channels, across.size, lanesOver, (c, column) => [
          image,
          fixed(plus(channel, c)),
          fixed(y),
          column,
        ]);
      });
    }
  });
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** The gradient of the output; over width its rows are made longer, so that every tap of every pixel is inside. */
function gradientFor(
  planner: Planner,
  grad: Node,
  lanesOver: LanesOver,
  inBatch: number,
  across: Axis1d,
  phases: readonly Phase[],
): { readonly place: Place; readonly left: number; readonly width: number } {
  if (lanesOver === "images")
    return { place: operand(planner, grad, inBatch), left: 0, width: across.outSize };
  const reached = phases.flatMap(({ count, taps }) =>
    taps.flatMap(({ offset }) => [offset, offset + count - 1]),
  );
  const left = Math.max(0, -Math.min(0, ...reached));
  const right = Math.max(0, Math.max(0, ...reached) - (across.outSize - 1));
  const place = paddedCopy(planner, plainOperand(planner, grad), grad, [0, 0, left, right]);
  return { place, left, width: across.outSize + left + right };
}
