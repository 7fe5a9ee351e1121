// Convolution, forward:  y[n,o,i,j] = Σ x[n,c,i·s+u·d−p,…] · w[o,c,u,v].
//
// Lanes over images. A tile of output channels × positions of one row stays in registers while the
// input channels and kernel rows go by; rows at the edge run over fewer kernel rows, positions at
// the edge are written with only their valid taps, so that padding costs nothing.
import { plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import {
  type Axis1d,
  convFlops,
  convSizes,
  finishRow,
  lanesFor,
  operand,
  overChannels,
  overImages,
  paddedCopy,
  plainOperand,
  rowTiles,
} from "./shared.ts";

export function lowerConv2d(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const lanes = lanesFor(planner, x, root);
  const outBatch = lanes > 1 && planner.mayBatch(node);
  const place = planner.place(node, outBatch ? "batch" : "plain");
  if (isEmpty(node)) return;
  let xPlace = operand(planner, x, lanes);
  const weightPlace = plainOperand(planner, weight);
  let sizes = convSizes(x.shape, weight.shape, core.shape, params);
  if (needsPadding(sizes.down)) {
    xPlace = paddedCopy(planner, xPlace, x, params.padding);
    sizes = convSizes(xPlace.shape, weight.shape, core.shape, { ...params, padding: [0, 0, 0, 0] });
  }
  const { down, across } = sizes;
  const w = planner.writer("conv2d", lanes);
  w.writes(place);
  const tile = chooseTile(sizes.outPerGroup, across.outSize, planner.target.accumulators);
  const runs = tileRuns(sizes.outPerGroup, tile.rows);

  const chunks = overImages(w, sizes.batch, convFlops(sizes), (image) => {
    overChannels(w, sizes.groups, runs, sizes.outPerGroup, (group, channel, channels) => {
      w.k.for("y", 0, down.outSize, (y) => {
        const [firstRow, endRow] = kernelRows(w, down, y);
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
    });
  });
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** Registers at zero. */
export function accumulators(w: KernelWriter, count: number): Value[] {
  return Array.from({ length: count }, () => w.k.let(w.k.const(0, w.lanes)));
}

/**
 * sums[r, i] += weight(r) · pixel(i) for the positions given. The shorter side is loaded first and
 * held, the other streams past it.
 */
export function outerProduct(
  w: KernelWriter,
  sums: readonly Value[],
  rows: number,
  columns: number,
  positions: readonly number[],
  weight: (row: number) => Value,
  pixel: (column: number) => Value,
): void {
  const { k } = w;
  const add = (r: number, i: number, a: Value, b: Value): void => {
    const sum = sums[r * columns + i] as Value;
    k.set(sum, k.fma(a, b, sum));
  };
  const splat = (r: number): Value => k.let(k.splat(weight(r), w.lanes));
  if (rows <= positions.length) {
    const held = Array.from({ length: rows }, (_, r) => splat(r));
    for (const i of positions) {
      const value = k.let(pixel(i));
      for (const [r, a] of held.entries()) add(r, i, a, value);
    }
  } else {
    const held = positions.map((i) => k.let(pixel(i)));
    for (let r = 0; r < rows; r++) {
      const a = splat(r);
      for (const [h, i] of positions.entries()) add(r, i, a, held[h] as Value);
    }
  }
}

/** Kernel positions whose input lies inside, for an output position known when the kernel is written. */
export function validTaps(axis: Axis1d, position: number): number[] {
  return Array.from({ length: axis.kernel }, (_, tap) => tap).filter((tap) => {
    const at = position * axis.stride + tap * axis.dilation - axis.before;
    return at >= 0 && at < axis.size;
  });
}

/** Is the reach of some output outside the input in a way that a range of rows cannot express? */
function needsPadding(axis: Axis1d): boolean {
  return axis.dilation > 1 && !allInside(axis);
}

function allInside(axis: Axis1d): boolean {
  const last = (axis.outSize - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.before;
  return axis.before === 0 && last < axis.size;
}

/** First and end of the kernel rows that lie inside for output row y: max(0, p − y·s) … min(K, H + p − y·s). */
function kernelRows(w: KernelWriter, axis: Axis1d, y: Parameters<typeof times>[0]) {
  if (allInside(axis)) return [toIndex(0), toIndex(axis.kernel)] as const;
  const { k } = w;
  const int = (value: number): Value => k.const(value, 1, "int");
  const first = k.letIndex(
    "u0",
    k.binary("max", int(0), k.index(plus(times(y, -axis.stride), axis.before))),
  );
  const end = k.letIndex(
    "u1",
    k.binary(
      "min",
      int(axis.kernel),
      k.index(plus(times(y, -axis.stride), axis.size + axis.before)),
    ),
  );
  return [first, end] as const;
}
