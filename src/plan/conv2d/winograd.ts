// Convolutions of 3 × 3 and stride 1 by Winograd's minimal filtering, with images in the lanes. Tiles of the input
// are transformed, multiplied with transformed weights position by position (one matrix product for each of the
// alpha² positions), and transformed back. The gradient of the input is the same with turned weights.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { loops } from "../lower/loops.ts";
import { splitOver } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { multiply } from "./multiply.ts";
import { finishRow } from "./row.ts";
import {
  type ConvSizes,
  convFlops,
  imageIndex,
  operand,
  paddedCopy,
  partsOfChunk,
  plainOperand,
  powerOfTwo,
  turnedSizes,
} from "./shared.ts";
import { f2, f4, inTwoDimensions, type WinogradForm } from "./winogradForms.ts";

/** F(4, 3) rounds ten times as much as a direct sum: only where the sums are long anyway. */
const leastChannels = { f2: 16, f4: 32 };
/** Measured cycles of the two transforms of a tile, for each channel that comes in and goes out. */
const transformCycles = { f2: 75, f4: 350 };
/** Measured cycles of an element of the transformed weights: they are many, and go through memory. */
const weightCycles = 2.8;
/** Smaller images are mostly edge: the direct kernels leave out what lies outside. */
const leastSize = 5;
/** Must be this much faster by the estimate: copies with padding come on top. */
const margin = 0.8;
/** Tiles that are transformed together: what they become should stay in the second cache. */
const mostTiles = 12;
const stripBytes = 320 * 1024;
const wantedChunks = 8;
/** Strides of the planes in scratch memory avoid multiples of a page. */
const skew = 16;

/** The form that pays for a convolution of these sizes; null where the direct sum is faster. */
export function winogradForm(planner: Planner, sizes: ConvSizes): WinogradForm | null {
  const { lanes } = planner.target;
  if (lanes === 1 || sizes.batch % lanes !== 0) return null;
  return cheapestForm(planner, sizes, {
    transforms: transformCycles,
    weights: weightCycles / (sizes.batch / lanes),
  });
}

/**
 * What comes on top of the products, in cycles: the transforms of a tile for each channel in and out, the transform of an
 * element of the weights, and reading an element of the weights, which here as in the direct sum come from memory.
 */
export interface TransformCosts {
  readonly transforms: { readonly f2: number; readonly f4: number };
  readonly weights: number;
  readonly reads?: number;
}

/** The form that needs least cycles for as many images as there are lanes, if it needs clearly less than the direct sum. */
export function cheapestForm(
  planner: Planner,
  sizes: ConvSizes,
  { transforms, weights, reads = 0 }: TransformCosts,
): WinogradForm | null {
  const { groups, inPerGroup, outPerGroup, down, across } = sizes;
  const { winograd = true } = planner.target;
  const fits = [down, across].every(
    ({ kernel, stride, dilation, before }) =>
      kernel === 3 && stride === 1 && dilation === 1 && before >= 0 && before <= 2,
  );
  if (!winograd || !fits || groups !== 1) return null;
  if (Math.min(down.outSize, across.outSize) < leastSize) return null;
  const channels = Math.min(inPerGroup, outPerGroup);
  const pairs = inPerGroup * outPerGroup;
  const cycles = ({ m, alpha }: WinogradForm, perChannel: number): number => {
    const tiles = Math.ceil(down.outSize / m) * Math.ceil(across.outSize / m);
    const perTile = (alpha ** 2 * pairs) / 2 + (inPerGroup + outPerGroup) * perChannel;
    return tiles * perTile + pairs * alpha ** 2 * (weights + reads);
  };
  let best = {
    form: null as WinogradForm | null,
    cycles: margin * 9 * pairs * ((down.outSize * across.outSize) / 2 + reads),
  };
  for (const name of ["f2", "f4"] as const) {
    const form = { f2, f4 }[name];
    const needed = cycles(form, transforms[name]);
    if (channels >= leastChannels[name] && needed < best.cycles) best = { form, cycles: needed };
  }
  return best.form;
}

/** Tiles of an image, gathered in strips of whole rows of tiles. */
interface Tiling {
  readonly form: WinogradForm;
  readonly down: number;
  readonly across: number;
  /** Rows of tiles in a strip. */
  readonly rows: number;
  readonly strips: number;
  /** Tiles of a strip. */
  readonly tiles: number;
}

function tilingOf(form: WinogradForm, sizes: ConvSizes, channels: number, lanes: number): Tiling {
  const down = Math.ceil(sizes.down.outSize / form.m);
  const across = Math.ceil(sizes.across.outSize / form.m);
  const bytes = form.alpha ** 2 * channels * lanes * 4;
  const fitting = Math.min(mostTiles, Math.floor(stripBytes / bytes));
  const strips = Math.ceil(down / Math.max(1, Math.min(down, Math.floor(fitting / across))));
  // Strips of the same height: the last would else compute rows that are not there.
  const rows = Math.ceil(down / strips);
  return { form, down, across, rows, strips, tiles: rows * across };
}

/** What a Winograd convolution computes: forward, or the gradient of the input with its weights turned. */
interface Job {
  readonly root: Root;
  readonly place: Place;
  readonly input: Node;
  readonly weight: Node;
  readonly turned: boolean;
  /** Sizes of the convolution that is computed. */
  readonly sizes: ConvSizes;
  readonly form: WinogradForm;
}

/** Forward; the caller knows that the form fits. */
export function lowerForwardWinograd(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  form: WinogradForm,
): void {
  const [input, weight] = root.core.inputs as [Node, Node];
  lowerWinograd(planner, { root, place, input, weight, turned: false, sizes, form });
}

/** Gradient of the input: a convolution of the output's gradient, padded by what the kernel reaches over. */
export function lowerInputGradWinograd(
  planner: Planner,
  root: Root,
  place: Place,
  forward: ConvSizes,
  form: WinogradForm,
): void {
  const [input, weight] = root.core.inputs as [Node, Node];
  const sizes = turnedSizes(forward);
  lowerWinograd(planner, { root, place, input, weight, turned: true, sizes, form });
}

function lowerWinograd(planner: Planner, job: Job): void {
  const { root, place, sizes, form } = job;
  const { lanes } = planner.target;
  const [inChannels, outChannels] = [sizes.inPerGroup, sizes.outPerGroup];
  const tiling = tilingOf(form, sizes, inChannels, lanes);
  const weights = transformedWeights(planner, job);
  const from = paddedForTiles(planner, job.input, sizes, tiling);
  const w = planner.writer("conv2dWinograd", lanes);
  w.writes(place);
  const { k } = w;
  const { alpha, m } = form;
  const planes = alpha * alpha;
  const inPlane = inChannels * tiling.tiles * lanes + skew;
  const outPlane = outChannels * tiling.tiles * lanes + skew;
  const scratchSize = planes * (inPlane + outPlane);

  const images = sizes.batch / lanes;
  const imageParts = Math.min(images, wantedChunks);
  const perImages = Math.ceil(images / imageParts);
  const parts = Math.ceil(images / perImages);
  const stripParts = powerOfTwo(Math.min(tiling.strips, wantedChunks / parts));
  const perStrips = Math.ceil(tiling.strips / stripParts);
  const chunks = parts * stripParts;
  const scratch = planner.temporary(root.core, [chunks, scratchSize]);
  w.writes(scratch);
  const buffer = w.buffer(scratch);
  const base = chunks === 1 ? toIndex(0) : times(k.chunk, scratchSize);
  const inAt = (plane: IndexLike, channel: IndexLike, tile: IndexLike): Index =>
    plus(base, plus(times(plane, inPlane), times(plus(times(channel, tiling.tiles), tile), lanes)));
  const outAt = (plane: IndexLike, channel: IndexLike, tile: IndexLike): Index =>
    plus(
      plus(base, planes * inPlane),
      plus(times(plane, outPlane), times(plus(times(channel, tiling.tiles), tile), lanes)),
    );

  const part = partsOfChunk(w, { images: parts, channels: stripParts });
  const firstImage = times(part.image, perImages);
  const firstStrip = times(part.channel, perStrips);
  k.for(
    "n",
    firstImage,
    plus(firstImage, perImages),
    (n) => {
      const image = imageIndex(w, n, "images");
      k.for(
        "strip",
        firstStrip,
        plus(firstStrip, perStrips),
        (strip) => {
          transformInput(
            w,
            { tiling, from, image, strip, channels: inChannels },
            (plane, c, t, v) => k.store(buffer, inAt(plane, c, t), v),
          );
          k.for("plane", 0, planes, (plane) =>
            multiply(planner, w, {
              rows: outChannels,
              columns: tiling.tiles,
              depth: inChannels,
              left: (o, c) =>
                k.load(
                  w.buffer(weights),
                  plus(times(plane, outChannels * inChannels), plus(times(o, inChannels), c)),
                ),
              right: (c, t) => k.load(buffer, inAt(plane, c, t), lanes),
              store: (o, t, v) => k.store(buffer, outAt(plane, o, t), v),
            }),
          );
          transformOutput(w, { tiling, place, image, strip, sizes }, (plane, o, t) =>
            k.load(buffer, outAt(plane, o, t), lanes),
          );
          const first = times(strip, tiling.rows * m);
          k.for(
            "y",
            first,
            plus(first, tiling.rows * m),
            (y) =>
              finishRow(
                w,
                root,
                place,
                outChannels,
                sizes.across.outSize,
                "images",
                (c, column) => [image, fixed(c), fixed(y), column],
              ),
            { limit: sizes.down.outSize },
          );
        },
        { limit: tiling.strips },
      );
    },
    { limit: images },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
}

/** The input with zeros around it, as far as the tiles reach. */
function paddedForTiles(
  planner: Planner,
  input: Node,
  { down, across }: ConvSizes,
  tiling: Tiling,
): Place {
  const { m } = tiling.form;
  const height = tiling.strips * tiling.rows * m + 2;
  const width = tiling.across * m + 2;
  return paddedCopy(planner, operand(planner, input, planner.target.lanes), input, [
    down.before,
    height - down.size - down.before,
    across.before,
    width - across.size - across.before,
  ]);
}

/** G w Gᵀ of every pair of channels: [alpha²][outputs][inputs]. */
function transformedWeights(planner: Planner, { root, weight, turned, sizes, form }: Job): Place {
  const { alpha, weight: transform } = form;
  const [inChannels, outChannels] = [sizes.inPerGroup, sizes.outPerGroup];
  const from = plainOperand(planner, weight);
  const to = planner.temporary(root.core, [alpha * alpha, outChannels, inChannels]);
  const w = planner.writer("winogradWeight");
  w.writes(to);
  const axes = [
    { size: outChannels, vector: false },
    { size: inChannels, vector: w.lanes > 1 },
  ];
  const split = splitOver(axes, w.lanes, outChannels * inChannels * alpha * alpha * 4);
  loops(w, axes, [0, 1], split, ([o, c], width) => {
    const tap = (u: number, v: number): Value =>
      turned
        ? w.load(from, [c, o, fixed(2 - u), fixed(2 - v)] as AxisIndex[], width)
        : w.load(from, [o, c, fixed(u), fixed(v)] as AxisIndex[], width);
    const transformed = inTwoDimensions(w.k, transform, 3, (u, v) =>
      w.k.let(w.k.splat(tap(u, v), width)),
    );
    transformed.forEach((row, i) => {
      row.forEach((value, j) => {
        w.store(to, [fixed(i * alpha + j), o, c] as AxisIndex[], value, width);
      });
    });
  });
  planner.launch(w, split?.chunks ?? 1, { flops: 0 });
  return to;
}

/** Bᵀ x B of every tile of a strip. */
function transformInput(
  w: KernelWriter,
  {
    tiling,
    from,
    image,
    strip,
    channels,
  }: {
    readonly tiling: Tiling;
    readonly from: Place;
    readonly image: AxisIndex;
    readonly strip: IndexLike;
    readonly channels: number;
  },
  store: (plane: number, channel: IndexLike, tile: IndexLike, value: Value) => void,
): void {
  const { form, rows, across } = tiling;
  const { m, alpha } = form;
  w.k.for("c", 0, channels, (c) => {
    w.k.for("row", 0, rows, (row) => {
      const y = times(plus(times(strip, rows), row), m);
      w.k.for("x", 0, across, (x) => {
        const transformed = inTwoDimensions(w.k, form.input, alpha, (i, j) =>
          w.k.let(
            w.load(
              from,
              [image, fixed(c), fixed(plus(y, i)), fixed(plus(times(x, m), j))],
              w.lanes,
            ),
          ),
        );
        const tile = plus(times(row, across), x);
        transformed.forEach((values, i) => {
          values.forEach((value, j) => {
            store(i * alpha + j, c, tile, value);
          });
        });
      });
    });
  });
}

/** Aᵀ p A of every tile of a strip, as far as it lies in the image. */
function transformOutput(
  w: KernelWriter,
  {
    tiling,
    place,
    image,
    strip,
    sizes,
  }: {
    readonly tiling: Tiling;
    readonly place: Place;
    readonly image: AxisIndex;
    readonly strip: IndexLike;
    readonly sizes: ConvSizes;
  },
  load: (plane: number, channel: IndexLike, tile: IndexLike) => Value,
): void {
  const { k } = w;
  const { form, rows, across, strips } = tiling;
  const { m, alpha } = form;
  const [height, width] = [sizes.down.outSize, sizes.across.outSize];
  const isWhole = strips * rows * m === height;
  const tile = (o: IndexLike, row: IndexLike, x: IndexLike, columns: number): void => {
    const t = plus(times(row, across), x);
    const values = inTwoDimensions(k, form.output, alpha, (i, j) =>
      k.let(load(i * alpha + j, o, t)),
    );
    values.forEach((line, i) => {
      const y = plus(times(plus(times(strip, rows), row), m), i);
      const store = (): void => {
        for (let j = 0; j < columns; j++) {
          const at = [image, fixed(o), fixed(y), fixed(plus(times(x, m), j))];
          w.store(place, at, line[j] as Value, w.lanes);
        }
      };
      if (isWhole) store();
      else k.if(k.compare("lt", k.index(y), k.const(height, 1, "int")), store);
    });
  };
  const full = Math.floor(width / m);
  k.for("o", 0, sizes.outPerGroup, (o) => {
    k.for("row", 0, rows, (row) => {
      k.for("x", 0, full, (x) => tile(o, row, x, m));
      if (full < across) tile(o, row, full, width - full * m);
    });
  });
}
