// Gradient of the weight by Winograd's minimal filtering: tiles of the input and of the gradient are transformed,
// multiplied and summed over all tiles (one matrix product for each of the alpha² positions, lanes over images), and the
// sums transformed back.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Index } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { loops } from "../lower/loops.ts";
import { splitOver } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import { multiply } from "./multiply.ts";
import {
  type ConvSizes,
  convFlops,
  imageIndex,
  operand,
  paddedCopy,
  partsOfChunk,
  powerOfTwo,
} from "./shared.ts";
import { inTwoDimensions, type Transform, type WinogradForm } from "./winogradForms.ts";

/** What the transformed tiles of input and gradient may take; larger batches go through in blocks. */
const blockBytes = 48 * 2 ** 20;
const wantedChunks = 16;
const skew = 16;

interface Job {
  readonly root: Root;
  readonly sizes: ConvSizes;
  readonly form: WinogradForm;
  readonly lanes: number;
  /** Tiles of an image. */
  readonly down: number;
  readonly across: number;
  /** Groups of images in a block, and their tiles. */
  readonly perBlock: number;
  readonly tiles: number;
}

/** Computes the gradient into `place`; the caller knows that the form fits. */
export function lowerWeightGradWinograd(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  form: WinogradForm,
): void {
  const [x, grad] = root.core.inputs as [Node, Node];
  const { lanes } = planner.target;
  const { m, alpha } = form;
  const down = Math.ceil(sizes.down.outSize / m);
  const across = Math.ceil(sizes.across.outSize / m);
  const groups = sizes.batch / lanes;
  const [inChannels, outChannels] = [sizes.inPerGroup, sizes.outPerGroup];
  const groupBytes = alpha ** 2 * (inChannels + outChannels) * down * across * lanes * 4;
  const blocks = Math.ceil(groups / Math.max(1, Math.floor(blockBytes / groupBytes)));
  const perBlock = Math.ceil(groups / blocks);
  const job: Job = {
    root,
    sizes,
    form,
    lanes,
    down,
    across,
    perBlock,
    tiles: perBlock * down * across,
  };

  const pad = (node: Node, height: number, width: number, top: number, left: number): Place => {
    const [, , own, ownWidth] = node.shape as unknown as [number, number, number, number];
    const pads = [top, height - own - top, left, width - ownWidth - left] as const;
    const from = operand(planner, node, lanes);
    return pads.every((n) => n === 0) ? from : paddedCopy(planner, from, node, pads);
  };
  const [height, width] = [down * m, across * m];
  const pixels = pad(x, height + 2, width + 2, sizes.down.before, sizes.across.before);
  const gradients = pad(grad, height, width, 0, 0);
  const planes = alpha * alpha;
  const plane = (channels: number): number => channels * job.tiles * lanes + skew;
  const inputs = planner.temporary(root.core, [planes, plane(inChannels)]);
  const outputs = planner.temporary(root.core, [planes, plane(outChannels)]);
  const sums = planner.temporary(root.core, [planes, outChannels, inChannels]);
  for (let block = 0; block < groups; block += perBlock) {
    const count = Math.min(perBlock, groups - block);
    transformTiles(planner, job, pixels, inputs, inChannels, alpha, form.input, [block, count]);
    transformTiles(planner, job, gradients, outputs, outChannels, m, form.gradient, [block, count]);
    sumProducts(planner, job, inputs, outputs, sums, count * down * across, block === 0);
  }
  transformBack(planner, job, sums, place);
}

/** Position of a transformed tile of a channel, in elements. */
function tileAt(
  job: Job,
  channels: number,
  plane: IndexLike,
  channel: IndexLike,
  tile: IndexLike,
): Index {
  const stride = channels * job.tiles * job.lanes + skew;
  return plus(times(plane, stride), times(plus(times(channel, job.tiles), tile), job.lanes));
}

/** Transforms all tiles of a block of images: squares of `size` that are m apart. */
function transformTiles(
  planner: Planner,
  job: Job,
  from: Place,
  to: Place,
  channels: number,
  size: number,
  transform: Transform,
  [first, count]: readonly [number, number],
): void {
  const { form, lanes, down, across } = job;
  const { m, alpha } = form;
  const w = planner.writer("winogradTiles", lanes);
  w.writes(to);
  const { k } = w;
  const buffer = w.buffer(to);
  const channelParts = powerOfTwo(Math.min(channels, Math.max(1, wantedChunks / count)));
  const perPart = Math.ceil(channels / channelParts);
  const part = partsOfChunk(w, { images: count, channels: channelParts });
  const group = part.image;
  const image = imageIndex(w, plus(group, first), "images");
  const from0 = times(part.channel, perPart);
  k.for(
    "c",
    from0,
    plus(from0, perPart),
    (c) => {
      k.for("row", 0, down, (row) => {
        k.for("x", 0, across, (x) => {
          const values = inTwoDimensions(k, transform, size, (i, j) =>
            k.let(
              w.load(
                from,
                [image, fixed(c), fixed(plus(times(row, m), i)), fixed(plus(times(x, m), j))],
                lanes,
              ),
            ),
          );
          const tile = plus(times(plus(times(group, down), row), across), x);
          values.forEach((line, i) => {
            line.forEach((value, j) => {
              k.store(buffer, tileAt(job, channels, i * alpha + j, c, tile), value);
            });
          });
        });
      });
    },
    { limit: channels },
  );
  planner.launch(w, count * channelParts, { flops: 0 });
}

/** sums[plane, o, c] (+)= Σ over tiles and lanes of outputs[plane, o, tile] · inputs[plane, c, tile]; a chunk for each plane. */
function sumProducts(
  planner: Planner,
  job: Job,
  inputs: Place,
  outputs: Place,
  sums: Place,
  tiles: number,
  isFirst: boolean,
): void {
  const { sizes, form, lanes } = job;
  const [inChannels, outChannels] = [sizes.inPerGroup, sizes.outPerGroup];
  const planes = form.alpha ** 2;
  const w = planner.writer("conv2dWeightGradWinograd", lanes);
  w.writes(sums);
  const { k } = w;
  const plane = k.chunk;
  multiply(planner, w, {
    rows: outChannels,
    columns: inChannels,
    depth: tiles,
    left: (o, t) => k.load(w.buffer(outputs), tileAt(job, outChannels, plane, o, t), lanes),
    right: (t, c) => k.load(w.buffer(inputs), tileAt(job, inChannels, plane, c, t), lanes),
    store: (o, c, sum) => {
      const at = [fixed(plane), fixed(o), fixed(c)];
      const total = k.let(k.total(sum));
      w.store(sums, at, isFirst ? total : k.add(w.load(sums, at, 1), total), 1);
    },
  });
  planner.launch(w, planes, {
    flops: (convFlops(sizes) * tiles) / (job.down * job.across * (sizes.batch / lanes)),
  });
}

/** Gᵀ s G of every pair of channels. */
function transformBack(
  planner: Planner,
  { root, sizes, form }: Job,
  sums: Place,
  place: Place,
): void {
  const { node, core } = root;
  const { alpha } = form;
  const w = planner.writer("winogradWeightBack");
  w.writes(place);
  const axes = [
    { size: sizes.outPerGroup, vector: false },
    { size: sizes.inPerGroup, vector: w.lanes > 1 },
  ];
  const split = splitOver(axes, w.lanes, sizes.outPerGroup * sizes.inPerGroup * alpha * alpha * 4);
  loops(w, axes, [0, 1], split, (pair, width) => {
    const [o, c] = pair as [AxisIndex, AxisIndex];
    const taps = inTwoDimensions(w.k, form.weightBack, alpha, (i, j) =>
      w.k.let(w.load(sums, [fixed(i * alpha + j), o, c], width)),
    );
    taps.forEach((line, u) => {
      line.forEach((value, v) => {
        const at = [o, c, fixed(u), fixed(v)];
        if (node === core) {
          w.store(place, at, value, width);
          return;
        }
        w.known.set(core, value);
        w.store(place, at, w.value(node, at, width), width);
        w.known.delete(core);
      });
    });
  });
  planner.launch(w, split?.chunks ?? 1, { flops: 0 });
}
