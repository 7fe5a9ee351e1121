// Convolutions whose batch does not fill vectors: the lanes lie over neighbouring positions of a row instead.
// Slower than lanes over images, since edges are copied out and the last vector of a row overlaps the one
// before; several times faster than one element at a time.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import { chooseTile, tileRuns } from "../../kernel/tile.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { forwardRows, needsPadding, overGradientRows, phasesOf } from "./edges.ts";
import {
  type Axis1d,
  type ConvSizes,
  convFlops,
  convSizes,
  overImagesAndChannels,
  paddedCopy,
  plainOperand,
  rowTiles,
} from "./shared.ts";
import { accumulators, outerProduct } from "./tiles.ts";

/** Are `positions` in a row enough for vectors, where images are not? */
export function fitsWidth(planner: Planner, lanes: number, positions: number): boolean {
  return lanes === 1 && planner.target.lanes > 1 && positions >= planner.target.lanes;
}

/** Vectors along a row; where the last is not full it starts earlier and overlaps the one before. */
export interface RowVectors {
  readonly count: number;
  readonly whole: number;
  /** First position of a vector; `at` is its number where that is known when the kernel is written. */
  start(number: IndexLike, at: number | null): IndexLike;
}

export function rowVectors(positions: number, lanes: number): RowVectors {
  const whole = Math.floor(positions / lanes);
  return {
    count: Math.ceil(positions / lanes),
    whole,
    start: (number, at) =>
      at !== null && at >= whole ? toIndex(positions - lanes) : times(number, lanes),
  };
}

/** The input with its rows long enough that every tap of every position is inside. */
export function paddedRows(
  planner: Planner,
  place: Place,
  node: Node,
  { down, across }: Pick<ConvSizes, "down" | "across">,
  params: Conv2dParams,
): { place: Place; padding: Conv2dParams["padding"] } {
  const [top, bottom] = needsPadding(down) ? params.padding : [0, 0];
  const reach = (across.outSize - 1) * across.stride + (across.kernel - 1) * across.dilation + 1;
  const right = Math.max(0, reach - across.before - across.size);
  if (top === 0 && bottom === 0 && across.before === 0 && right === 0)
    return { place, padding: [params.padding[0], params.padding[1], 0, 0] };
  return {
    place: paddedCopy(planner, place, node, [top, bottom, across.before, right]),
    padding: needsPadding(down) ? [0, 0, 0, 0] : [params.padding[0], params.padding[1], 0, 0],
  };
}

/** Forward: y[n,o,i,j] = Σ x · w with vectors of neighbouring j. */
export function lowerForwardOverWidth(planner: Planner, root: Root, place: Place): void {
  const { core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const params = core.params as Conv2dParams;
  const plain = convSizes(x.shape, weight.shape, core.shape, params);
  const padded = paddedRows(planner, plainOperand(planner, x), x, plain, params);
  const sizes = convSizes(padded.place.shape, weight.shape, core.shape, {
    ...params,
    padding: padded.padding,
  });
  const { down, across } = sizes;
  const weights = plainOperand(planner, weight);
  const w = planner.writer("conv2d");
  w.writes(place);
  const { lanes } = w;
  const vectors = rowVectors(across.outSize, lanes);
  const tile = chooseTile(sizes.outPerGroup, vectors.count, planner.target.accumulators);
  const runs = tileRuns(sizes.outPerGroup, tile.rows);
  const chunks = overImagesAndChannels(
    w,
    sizes,
    "width",
    runs,
    sizes.outPerGroup,
    (image, group, channel, channels) => {
      w.k.for("y", 0, down.outSize, (y) => {
        const [firstRow, endRow] = forwardRows(w, down, y);
        rowTiles(
          w,
          vectors.count,
          tile.columns,
          (i) => i < vectors.whole,
          (start, count, at) => {
            const position = (i: number): IndexLike =>
              vectors.start(plus(start, i), at === null ? null : at + i);
            const sums = accumulators(w, channels * count);
            const all = Array.from({ length: count }, (_, i) => i);
            w.k.for("c", 0, sizes.inPerGroup, (c) => {
              w.k.for("u", firstRow, endRow, (u) => {
                const row = plus(
                  plus(times(y, down.stride), times(u, down.dilation)),
                  -down.before,
                );
                for (let v = 0; v < across.kernel; v++) {
                  const pixel = (i: number): Value =>
                    w.load(
                      padded.place,
                      [
                        image,
                        fixed(plus(times(group, sizes.inPerGroup), c)),
                        fixed(row),
                        {
                          base: plus(times(position(i), across.stride), v * across.dilation),
                          lane: across.stride,
                        },
                      ],
                      lanes,
                    );
                  const tap = (o: number): Value =>
                    w.load(weights, [fixed(plus(channel, o)), fixed(c), fixed(u), fixed(v)], 1);
                  outerProduct(w, sums, channels, count, all, tap, pixel);
                }
              });
            });
            for (let o = 0; o < channels; o++) {
              for (let i = 0; i < count; i++) {
                const at = [
                  image,
                  fixed(plus(channel, o)),
                  fixed(y),
                  { base: toIndex(position(i)), lane: 1 },
                ];
                w.store(place, at, sums[o * count + i] as Value, lanes);
              }
            }
          },
        );
        finishRowOverWidth(w, root, place, channels, across.outSize, (c, column) => [
          image,
          fixed(plus(channel, c)),
          fixed(y),
          column,
        ]);
      });
    },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** Are the pixels of each phase of a stride enough for vectors? */
export function phasesFitWidth(planner: Planner, lanes: number, across: Axis1d): boolean {
  return phasesOf(across).every(({ count }) => fitsWidth(planner, lanes, count));
}

/** Gradient of the input: dx[n,c,y,x] = Σ dy · w with vectors of x that are one stride apart. */
export function lowerInputGradOverWidth(planner: Planner, root: Root, place: Place): void {
  const { core } = root;
  const [grad, weight] = core.inputs as [Node, Node];
  const sizes = convSizes(core.shape, weight.shape, grad.shape, core.params as Conv2dParams);
  const { down, across } = sizes;
  const columnPhases = phasesOf(across);
  const ends = columnPhases.flatMap(({ count, taps }) =>
    taps.flatMap(({ offset }) => [offset, offset + count - 1]),
  );
  const left = Math.max(0, -Math.min(0, ...ends));
  const right = Math.max(0, Math.max(0, ...ends) - (across.outSize - 1));
  const plain = plainOperand(planner, grad);
  const from =
    left === 0 && right === 0 ? plain : paddedCopy(planner, plain, grad, [0, 0, left, right]);
  const weights = plainOperand(planner, weight);
  const w = planner.writer("conv2dInputGrad");
  w.writes(place);
  const { lanes } = w;
  const most = Math.max(...columnPhases.map(({ count }) => rowVectors(count, lanes).count));
  const tile = chooseTile(sizes.inPerGroup, most, planner.target.accumulators);
  const runs = tileRuns(sizes.inPerGroup, tile.rows);
  const chunks = overImagesAndChannels(
    w,
    sizes,
    "width",
    runs,
    sizes.inPerGroup,
    (image, group, channel, channels) => {
      const inGroup = plus(channel, times(group, -sizes.inPerGroup));
      for (const rows of phasesOf(down)) {
        w.k.for("q", 0, rows.count, (q) => {
          const y = plus(times(q, down.stride), rows.first);
          for (const columns of columnPhases) {
            const vectors = rowVectors(columns.count, lanes);
            rowTiles(
              w,
              vectors.count,
              tile.columns,
              (i) => i < vectors.whole,
              (start, count, at) => {
                const position = (i: number): IndexLike =>
                  vectors.start(plus(start, i), at === null ? null : at + i);
                const sums = accumulators(w, channels * count);
                const all = Array.from({ length: count }, (_, i) => i);
                w.k.for("o", 0, sizes.outPerGroup, (o) => {
                  const out = plus(times(group, sizes.outPerGroup), o);
                  overGradientRows(w, down, rows, q, (u, row) => {
                    for (const { tap, offset } of columns.taps) {
                      const pixel = (i: number): Value =>
                        w.load(
                          from,
                          [
                            image,
                            fixed(out),
                            fixed(row),
                            { base: plus(position(i), offset + left), lane: 1 },
                          ],
                          lanes,
                        );
                      const weightAt = (c: number): Value =>
                        w.load(
                          weights,
                          [fixed(out), fixed(plus(inGroup, c)), fixed(u), fixed(tap)],
                          1,
                        );
                      outerProduct(w, sums, channels, count, all, weightAt, pixel);
                    }
                  });
                });
                for (let c = 0; c < channels; c++) {
                  for (let i = 0; i < count; i++) {
                    const column = {
                      base: plus(times(position(i), across.stride), columns.first),
                      lane: across.stride,
                    };
                    w.store(
                      place,
                      [image, fixed(plus(channel, c)), fixed(y), column],
                      sums[c * count + i] as Value,
                      lanes,
                    );
                  }
                }
              },
            );
          }
          finishRowOverWidth(w, root, place, channels, across.size, (c, column) => [
            image,
            fixed(plus(channel, c)),
            fixed(y),
            column,
          ]);
        });
      }
    },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** Runs the epilogue over rows just stored in raw form. */
function finishRowOverWidth(
  w: KernelWriter,
  { node, core }: Root,
  place: Place,
  channels: number,
  count: number,
  index: (channel: IndexLike, column: AxisIndex) => readonly AxisIndex[],
): void {
  if (node === core) return;
  const finish = (c: IndexLike, column: AxisIndex, width: number): void => {
    const at = index(c, column);
    w.known.set(core, w.k.let(w.load(place, at, width)));
    w.store(place, at, w.value(node, at, width), width);
    w.known.delete(core);
  };
  const whole = Math.floor(count / w.lanes);
  w.k.for("c", 0, channels, (c) => {
    w.k.for("x", 0, whole, (x) => finish(c, { base: times(x, w.lanes), lane: 1 }, w.lanes));
    w.k.for("x", whole * w.lanes, count, (x) => finish(c, fixed(x), 1));
  });
}
