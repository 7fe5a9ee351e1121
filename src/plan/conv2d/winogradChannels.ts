// Convolutions of 3 × 3 and stride 1 by Winograd's minimal filtering, with channels in the lanes: for batches that do not
// fill vectors, a single image above all. Three kernels: tiles are transformed, a vector of channels at a time; one
// matrix product for each of the alpha² positions, tiles by channels, with the output channels in the lanes; and the
// products are transformed back. At [1, 64, 24, 24] all that lies between them fits into the second cache.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Node } from "../../tensor/node.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { chunksFor, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { inPanel, multiply, type Panel, panelRuns } from "./multiply.ts";
import { type ConvSizes, convFlops, paddedCopy, plainOperand } from "./shared.ts";
import { cheapestForm } from "./winograd.ts";
import { inTwoDimensions, type WinogradForm } from "./winogradForms.ts";

/** Measured cycles of the two transforms of a tile, for each vector of channels that comes in and goes out. */
const transformCycles = { f2: 160, f4: 320 };
/** Measured cycles of an element of the transformed weights. */
const weightCycles = 2;
/** Cycles of reading an element of them, in panels, from beyond the second cache, as far as they are not hidden. */
const readCycles = 0.3;
/** Strides of the planes in memory avoid multiples of a page. */
const skew = 16;

/** The form that pays; null where another strategy is faster. */
export function winogradChannelForm(
  planner: Planner,
  weight: Node,
  sizes: ConvSizes,
): WinogradForm | null {
  const { lanes } = planner.target;
  const { inPerGroup, outPerGroup, batch } = sizes;
  if (lanes === 1 || batch === 0 || batch % lanes === 0) return null;
  if (inPerGroup % lanes !== 0 || outPerGroup % lanes !== 0) return null;
  // The estimate is for as many images as there are lanes; constants are transformed once for all runs.
  const share = lanes / batch;
  return cheapestForm(planner, sizes, {
    transforms: transformCycles,
    weights: planner.constants.has(weight) ? 0 : weightCycles * share,
    reads: readCycles * share,
  });
}

/** All tiles of all images, and where the elements of a transformed tile lie: [alpha²][tiles][channels]. */
interface Tiles {
  readonly form: WinogradForm;
  readonly images: number;
  readonly down: number;
  readonly across: number;
  readonly count: number;
}

export function lowerForwardWinogradChannels(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  form: WinogradForm,
): void {
  const down = Math.ceil(sizes.down.outSize / form.m);
  const across = Math.ceil(sizes.across.outSize / form.m);
  const tiles = { form, images: sizes.batch, down, across, count: sizes.batch * down * across };
  const input = transformedInput(planner, root, sizes, tiles);
  const weights = transformedWeights(planner, root, tiles);
  const products = productsOf(planner, root, sizes, tiles, input, weights);
  transformOutput(planner, root, place, sizes, tiles, products);
}

function planeSize(tiles: Tiles, channels: number): number {
  return tiles.count * channels + skew;
}

/** Bᵀ x B of every tile. */
function transformedInput(
  planner: Planner,
  { core }: Root,
  { inPerGroup: channels, down, across }: ConvSizes,
  tiles: Tiles,
): Place {
  const [x] = core.inputs as [Node];
  const { form } = tiles;
  const { alpha, m } = form;
  const from = paddedCopy(planner, plainOperand(planner, x), x, [
    down.before,
    tiles.down * m + 2 - down.size - down.before,
    across.before,
    tiles.across * m + 2 - across.size - across.before,
  ]);
  const plane = planeSize(tiles, channels);
  const to = planner.temporary(core, [alpha ** 2, plane]);
  const w = planner.writer("winogradInput");
  w.writes(to);
  overTiles(planner, w, tiles, channels, (image, row, column, tile, channel) => {
    const transformed = inTwoDimensions(w.k, form.input, alpha, (i, j) => {
      const at = [fixed(plus(times(row, m), i)), fixed(plus(times(column, m), j))];
      return w.k.let(w.load(from, [fixed(image), channel, ...at], w.lanes));
    });
    transformed.forEach((values, i) => {
      values.forEach((value, j) => {
        const at = moved(channel, times(tile, channels));
        w.store(to, [fixed(i * alpha + j), at], value, w.lanes);
      });
    });
  });
  return to;
}

/** G w Gᵀ of every pair of channels, in the panels in which the product reads them: [alpha²][panels][inputs][vectors]. */
function transformedWeights(planner: Planner, { core }: Root, { form, count }: Tiles): Place {
  const weight = core.inputs[1] as Node;
  const [outputs = 0, inputs = 0] = weight.shape;
  const from = plainOperand(planner, weight);
  const { alpha } = form;
  const to = planner.temporary(core, [alpha ** 2, inputs * outputs + skew]);
  const w = planner.writer("winogradWeight");
  w.writes(to);
  const { chunks, perChunk } = chunksFor(inputs, outputs * alpha ** 2 * 4);
  const first = chunks === 1 ? 0 : times(w.k.chunk, perChunk);
  const transform = (c: IndexLike, panel: Panel): void => {
    const o: AxisIndex = { base: times(plus(panel.start, panel.at), w.lanes), lane: 1 };
    const transformed = inTwoDimensions(w.k, form.weight, 3, (u, v) =>
      w.k.let(w.load(from, [o, fixed(c), fixed(u), fixed(v)], w.lanes)),
    );
    const at = vectorAt(w, inPanel(panel, c, inputs));
    transformed.forEach((row, i) => {
      row.forEach((value, j) => {
        w.store(to, [fixed(i * alpha + j), at], value, w.lanes);
      });
    });
  };
  w.k.for(
    "c",
    first,
    plus(first, perChunk),
    (c) => {
      for (const run of panelRuns(planner, { rows: count, columns: outputs / w.lanes })) {
        w.k.for("panel", 0, run.count, (t) => {
          const start = plus(times(t, run.size), run.start);
          w.k.for("o", 0, run.size, (at) => transform(c, { start, size: run.size, at }));
        });
      }
    },
    { limit: inputs },
  );
  planner.launch(w, chunks, { flops: 0 });
  return to;
}

/** One product of matrices for each plane: [tiles × inputs] · [inputs × outputs]. */
function productsOf(
  planner: Planner,
  { core }: Root,
  sizes: ConvSizes,
  tiles: Tiles,
  input: Place,
  weights: Place,
): Place {
  const { inPerGroup: inputs, outPerGroup: outputs } = sizes;
  const planes = tiles.form.alpha ** 2;
  const to = planner.temporary(core, [planes, planeSize(tiles, outputs)]);
  const w = planner.writer("conv2dWinograd");
  w.writes(to);
  const { chunks, perChunk } = chunksFor(planes, tiles.count * inputs * outputs);
  const first = chunks === 1 ? 0 : times(w.k.chunk, perChunk);
  w.k.for(
    "plane",
    first,
    plus(first, perChunk),
    (plane) =>
      multiply(planner, w, {
        rows: tiles.count,
        columns: outputs / w.lanes,
        depth: inputs,
        columnsFirst: true,
        left: (tile, c) => w.load(input, [fixed(plane), fixed(plus(times(tile, inputs), c))], 1),
        right: (c, _, panel) =>
          w.load(weights, [fixed(plane), vectorAt(w, inPanel(panel, c, inputs))], w.lanes),
        store: (tile, vector, value) => {
          const at = vectorAt(w, vector, times(tile, outputs));
          w.store(to, [fixed(plane), at], value, w.lanes);
        },
      }),
    { limit: planes },
  );
  planner.launch(w, chunks, { flops: convFlops(sizes) });
  return to;
}

/** Aᵀ p A of every tile, as far as it lies in the image, and the epilogue. */
function transformOutput(
  planner: Planner,
  { node, core }: Root,
  place: Place,
  sizes: ConvSizes,
  tiles: Tiles,
  products: Place,
): void {
  const { form } = tiles;
  const { alpha, m } = form;
  const { outPerGroup: channels, down, across } = sizes;
  const w = planner.writer("winogradOutput");
  w.writes(place);
  const { k } = w;
  overTiles(planner, w, tiles, channels, (image, row, column, tile, channel, isLast) => {
    const values = inTwoDimensions(k, form.output, alpha, (i, j) => {
      const at = moved(channel, times(tile, channels));
      return k.let(w.load(products, [fixed(i * alpha + j), at], w.lanes));
    });
    const columns = isLast ? across.outSize - (tiles.across - 1) * m : m;
    values.forEach((line, i) => {
      const y = plus(times(row, m), i);
      const store = (): void => {
        for (let j = 0; j < columns; j++) {
          const at = [fixed(image), channel, fixed(y), fixed(plus(times(column, m), j))];
          const value = line[j] as typeof line extends readonly (infer V)[] ? V : never;
          w.known.set(core, value);
          w.store(place, at, node === core ? value : w.value(node, at, w.lanes), w.lanes);
          w.known.delete(core);
        }
      };
      if (down.outSize % m === 0) store();
      else k.if(k.compare("lt", k.index(y), k.const(down.outSize, 1, "int")), store);
    });
  });
}

/**
 * A launch over tiles and vectors of channels. The body gets the image, the tile's row and column, its number among all
 * tiles, the channels, and whether it is the last of its row.
 */
function overTiles(
  planner: Planner,
  w: KernelWriter,
  { images, down, across, form }: Tiles,
  channels: number,
  body: (
    image: IndexLike,
    row: IndexLike,
    column: IndexLike,
    tile: IndexLike,
    channel: { readonly base: ReturnType<typeof times>; readonly lane: number },
    isLast: boolean,
  ) => void,
): void {
  const { k } = w;
  const vectors = channels / w.lanes;
  const work = images * down * across * form.alpha ** 2 * 4 * w.lanes;
  const { chunks, perChunk } = chunksFor(vectors, work);
  const first = chunks === 1 ? 0 : times(k.chunk, perChunk);
  k.for(
    "channel",
    first,
    plus(first, perChunk),
    (vector) => {
      const channel = { base: times(vector, w.lanes), lane: 1 };
      k.for("n", 0, images, (image) => {
        k.for("row", 0, down, (row) => {
          const tile = plus(times(image, down * across), times(row, across));
          k.for("column", 0, across - 1, (column) =>
            body(image, row, column, plus(tile, column), channel, false),
          );
          body(image, row, across - 1, plus(tile, across - 1), channel, true);
        });
      });
    },
    { limit: vectors },
  );
  planner.launch(w, chunks, { flops: 0 });
}

/** A vector of channels in a row of them that begins at `start`. */
function vectorAt(w: KernelWriter, vector: IndexLike, start: IndexLike = 0): AxisIndex {
  return { base: plus(times(vector, w.lanes), start), lane: 1 };
}

function moved(index: AxisIndex, start: IndexLike): AxisIndex {
  if ("each" in index) throw new Error("winograd: channels lie side by side");
  return { base: plus(index.base, start), lane: index.lane };
}
