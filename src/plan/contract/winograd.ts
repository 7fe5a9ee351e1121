// Convolutions of 3 × 3 and stride 1 by Winograd's minimal filtering, on machines whose groups of invocations share memory.
// A kernel transforms the weights and one the tiles of the input, an invocation for each; one product of matrices for each
// of the alpha² positions follows, all of them in one kernel; a last kernel transforms back.
//
//   forward      M[p, o, t]  = Σ over c  U[p, o, c] · V[p, c, t]
//   input grad   the same with turned weights
//   weight grad  M[p, o, c]  = Σ over t  Y[p, o, t] · V[p, c, t]
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value, Workgroup } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { type ConvSizes, convFlops, plainOperand } from "../conv2d/shared.ts";
import {
  f2,
  f4,
  inTwoDimensions,
  type Transform,
  type WinogradForm,
} from "../conv2d/winogradForms.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { launchElements } from "../lower/elementKernel.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { loadInside } from "./positions.ts";
import { lowerProduct } from "./product.ts";
import { divide, type ProductSizes } from "./tile.ts";

/** F(4, 3) rounds ten times as much as a direct sum: only where the sums are long anyway. */
const leastChannels = { f2: 16, f4: 32 };
/** An element that goes through the memory of all costs as much as so many multiply-adds, on a machine that is full. */
const throughMemory = 28;
/** Another kernel, in cycles of a machine that is full. */
const kernelCycles = 500;
/** Must be this much faster by the estimate. */
const margin = 0.8;
/** What is transformed lies in memory until it is multiplied: at most so much of it. */
const mostBytes = 2 ** 29;

type Direction = "forward" | "inputGrad" | "weightGrad";

interface Tiling {
  readonly form: WinogradForm;
  readonly down: number;
  readonly across: number;
  /** Of all images. */
  readonly tiles: number;
}

function tilingOf(form: WinogradForm, { batch, down, across }: ConvSizes): Tiling {
  const rows = Math.ceil(down.outSize / form.m);
  const columns = Math.ceil(across.outSize / form.m);
  return { form, down: rows, across: columns, tiles: batch * rows * columns };
}

/** The products of one direction: alpha² of them, beside each other. */
function productOf(
  { form, tiles }: Tiling,
  { inPerGroup, outPerGroup }: ConvSizes,
  direction: Direction,
): ProductSizes {
  const batches = form.alpha ** 2;
  return direction === "weightGrad"
    ? { batches, rows: outPerGroup, columns: inPerGroup, depth: tiles }
    : { batches, rows: outPerGroup, columns: tiles, depth: inPerGroup };
}

/**
 * The form that pays by the estimate; null where the direct sum is faster.
 * @param sizes  of the convolution that is computed: turned for the gradient of the input
 * @param direct the product that computes it directly
 */
export function formByGroups(
  { target }: Planner,
  sizes: ConvSizes,
  direction: Direction,
  direct: ProductSizes,
): WinogradForm | null {
  const { groups, inPerGroup, outPerGroup, down, across } = sizes;
  const fits = [down, across].every(
    ({ kernel, stride, dilation, before }) =>
      kernel === 3 && stride === 1 && dilation === 1 && before >= 0 && before <= 2,
  );
  if (target.winograd === false || !fits || groups !== 1) return null;
  const workgroup = target.workgroup as Workgroup;
  const channels = inPerGroup + outPerGroup;
  const full = (elements: number): number => (throughMemory * elements) / workgroup.busy;
  let best = {
    form: null as WinogradForm | null,
    cycles: margin * divide(direct, workgroup).cycles,
  };
  for (const [name, form] of [
    ["f2", f2],
    ["f4", f4],
  ] as const) {
    if (Math.min(inPerGroup, outPerGroup) < leastChannels[name]) continue;
    const tiling = tilingOf(form, sizes);
    const planes = form.alpha ** 2;
    const pairs = inPerGroup * outPerGroup;
    const transformed = planes * (tiling.tiles * channels + pairs);
    if (transformed * 4 > mostBytes) continue;
    // Pixels are read and written once, what they become is written and read again.
    const moved = form.m ** 2 * tiling.tiles * channels + 9 * pairs + 2 * transformed;
    const product = divide(productOf(tiling, sizes, direction), workgroup);
    const cycles = product.cycles + full(moved) + 3 * kernelCycles;
    if (cycles < best.cycles) best = { form, cycles };
  }
  return best.form;
}

/** Forward, or with turned weights the gradient of the input; the caller knows that the form fits. */
export function lowerWinogradByGroups(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  { form, turned }: { readonly form: WinogradForm; readonly turned: boolean },
): void {
  const { node, core } = root;
  const [input, weight] = core.inputs as [Node, Node];
  const tiling = tilingOf(form, sizes);
  const { alpha, m } = form;
  const { inPerGroup, outPerGroup } = sizes;
  const weights = transformedWeights(planner, root, weight, sizes, { form, turned });
  const tiles = transformedTiles(planner, root, plainOperand(planner, input), tiling, {
    name: "winogradInput",
    channels: inPerGroup,
    transform: form.input,
    reach: alpha,
    axes: [sizes.down, sizes.across],
  });
  const products = planner.temporary(core, [alpha ** 2, outPerGroup, tiling.tiles]);
  lowerProduct(planner, { node: core, core }, products, {
    name: "conv2dWinograd",
    sizes: productOf(tiling, sizes, "forward"),
    left: (w, p) => ({
      along: "depth",
      value: (o, c) => w.load(weights, [p, o, c].map(fixed), 1),
    }),
    right: (w, p) => ({
      along: "side",
      value: (t, c) => w.load(tiles, [p, c, t].map(fixed), 1),
    }),
    target: (_, p, o, t) => [p, o, t].map(fixed),
    flops: convFlops(sizes),
  });
  const box = [sizes.batch, outPerGroup, tiling.down, tiling.across];
  const kernel = { name: "winogradOutput", box, writes: [place], flops: 0 };
  launchElements(planner, kernel, (w, at) => {
    const [n, o, y, x] = at.map((index) => inLane(index, 0)) as [
      IndexLike,
      IndexLike,
      IndexLike,
      IndexLike,
    ];
    const t = tileIndex(tiling, n, y, x);
    const values = inTwoDimensions(w.k, form.output, alpha, (i, j) =>
      w.k.let(w.load(products, [i * alpha + j, o, t].map(fixed), 1)),
    );
    values.forEach((line, i) => {
      within(w, plus(times(y, m), i), sizes.down.outSize, m, (row) => {
        line.forEach((value, j) => {
          within(w, plus(times(x, m), j), sizes.across.outSize, m, (column) => {
            const target = [n, o, row, column].map(fixed);
            w.store(place, target, withEpilogue(w, node, core, value, target, 1), 1);
          });
        });
      });
    });
  });
}

/** The caller knows that the form fits. */
export function lowerWeightGradWinogradByGroups(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  form: WinogradForm,
): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const tiling = tilingOf(form, sizes);
  const { alpha, m } = form;
  const { inPerGroup, outPerGroup, down, across } = sizes;
  const tiles = transformedTiles(planner, root, plainOperand(planner, x), tiling, {
    name: "winogradInput",
    channels: inPerGroup,
    transform: form.input,
    reach: alpha,
    axes: [down, across],
  });
  const own = ({ outSize }: ConvSizes["down"]) => ({ size: outSize, before: 0 });
  const gradients = transformedTiles(planner, root, plainOperand(planner, grad), tiling, {
    name: "winogradGradient",
    channels: outPerGroup,
    transform: form.gradient,
    reach: m,
    axes: [own(down), own(across)],
  });
  const sums = planner.temporary(core, [alpha ** 2, outPerGroup, inPerGroup]);
  lowerProduct(planner, { node: core, core }, sums, {
    name: "conv2dWeightGradWinograd",
    sizes: productOf(tiling, sizes, "weightGrad"),
    left: (w, p) => ({
      along: "depth",
      value: (o, t) => w.load(gradients, [p, o, t].map(fixed), 1),
    }),
    right: (w, p) => ({
      along: "depth",
      value: (c, t) => w.load(tiles, [p, c, t].map(fixed), 1),
    }),
    target: (_, p, o, c) => [p, o, c].map(fixed),
    flops: convFlops(sizes),
  });
  const kernel = {
    name: "winogradWeightBack",
    box: [outPerGroup, inPerGroup],
    writes: [place],
    flops: 0,
  };
  launchElements(planner, kernel, (w, [o, c]) => {
    const values = inTwoDimensions(w.k, form.weightBack, alpha, (i, j) =>
      w.k.let(w.load(sums, [fixed(i * alpha + j), o, c] as AxisIndex[], 1)),
    );
    values.forEach((line, u) => {
      line.forEach((value, v) => {
        const target = [o, c, fixed(u), fixed(v)] as AxisIndex[];
        w.store(place, target, withEpilogue(w, node, core, value, target, 1), 1);
      });
    });
  });
}

/** G w Gᵀ of every pair of channels: [alpha², outputs, inputs]. */
function transformedWeights(
  planner: Planner,
  { core }: Root,
  weight: Node,
  { inPerGroup, outPerGroup }: ConvSizes,
  { form, turned }: { readonly form: WinogradForm; readonly turned: boolean },
): Place {
  const { alpha } = form;
  const from = plainOperand(planner, weight);
  const to = planner.temporary(core, [alpha ** 2, outPerGroup, inPerGroup]);
  const kernel = { name: "winogradWeight", box: [outPerGroup, inPerGroup], writes: [to], flops: 0 };
  launchElements(planner, kernel, (w, [o, c]) => {
    const tap = (u: number, v: number): Value => {
      const at = turned ? [c, o, fixed(2 - u), fixed(2 - v)] : [o, c, fixed(u), fixed(v)];
      return w.k.let(w.load(from, at as AxisIndex[], 1));
    };
    storePlanes(w, to, inTwoDimensions(w.k, form.weight, 3, tap), [o, c] as AxisIndex[]);
  });
  return to;
}

/** Squares of neighbouring pixels, one for each tile. */
interface Squares {
  readonly name: string;
  readonly channels: number;
  readonly transform: Transform;
  /** Pixels of a square along one axis. */
  readonly reach: number;
  /** The image that they lie in, which begins so many pixels behind the first of them. */
  readonly axes: readonly { readonly size: number; readonly before: number }[];
}

/** Transformed squares of all tiles of all images: [alpha², channels, tiles]. Outside the image there are zeros. */
function transformedTiles(
  planner: Planner,
  { core }: Root,
  from: Place,
  tiling: Tiling,
  { name, channels, transform, reach, axes }: Squares,
): Place {
  const { form, down, across, tiles } = tiling;
  const { m, alpha } = form;
  const to = planner.temporary(core, [alpha ** 2, channels, tiles]);
  const batch = tiles / (down * across);
  const kernel = { name, box: [channels, batch, down, across], writes: [to], flops: 0 };
  launchElements(planner, kernel, (w, at) => {
    const [c, n, ...tile] = at.map((index) => inLane(index, 0)) as [
      IndexLike,
      IndexLike,
      IndexLike,
      IndexLike,
    ];
    const counts = [down, across];
    const pixel = (offsets: readonly number[]): Value => {
      const reaches = axes.map(({ size, before }, axis) => ({
        position: plus(times(tile[axis] as IndexLike, m), (offsets[axis] as number) - before),
        size,
        isInside: before === 0 && ((counts[axis] as number) - 1) * m + reach <= size,
      }));
      return w.k.let(loadInside(w, from, [n, c], reaches));
    };
    const values = inTwoDimensions(w.k, transform, reach, (i, j) => pixel([i, j]));
    storePlanes(w, to, values, [fixed(c), fixed(tileIndex(tiling, n, ...tile))]);
  });
  return to;
}

function storePlanes(
  w: KernelWriter,
  to: Place,
  values: readonly (readonly Value[])[],
  at: readonly AxisIndex[],
): void {
  values.flat().forEach((value, plane) => {
    w.store(to, [fixed(plane), ...at], value, 1);
  });
}

/** The number of a tile among those of all images. */
function tileIndex({ down, across }: Tiling, n: IndexLike, y: IndexLike, x: IndexLike): IndexLike {
  return plus(times(plus(times(n, down), y), across), x);
}

/** Does something at a position, unless tiles reach over the end and it lies there. */
function within(
  { k }: KernelWriter,
  position: IndexLike,
  size: number,
  m: number,
  body: (position: IndexLike) => void,
): void {
  if (size % m === 0) return body(position);
  k.if(k.compare("lt", k.index(position), k.const(size, 1, "int")), () => body(position));
}
