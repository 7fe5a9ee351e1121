// Convolutions of 3 × 3 and stride 1 by Winograd's minimal filtering, on machines whose groups of invocations share memory.
// A kernel transforms the weights and one the tiles of the input, an invocation for each; one product of matrices for each
// of the alpha² positions follows, all of them in one kernel; a last kernel transforms back. The form is F(4, 3): of F(2, 3)
// four times as much goes through memory as of the input, which costs more than the multiplications that it saves.
//
//   forward      M[p, o, t]  = Σ over c  U[p, o, c] · V[p, c, t]
//   input grad   the same with turned weights
//   weight grad  M[p, o, c]  = Σ over t  Y[p, o, t] · V[p, c, t]
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value, Workgroup } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { type ConvSizes, convFlops, plainOperand } from "../conv2d/shared.ts";
import { f4, inTwoDimensions, type Transform } from "../conv2d/winogradForms.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { launchElements } from "../lower/elementKernel.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { loadInside } from "./positions.ts";
import { lowerProduct } from "./product.ts";
import { divide, kernelCycles, type ProductSizes, throughMemory } from "./tile.ts";

/** F(4, 3) rounds ten times as much as a direct sum: only where the sums are long anyway. */
const leastChannels = 32;
/** Smaller convolutions are over before three more kernels have begun. */
const leastCycles = 12 * kernelCycles;
/** Must be this much faster by the estimate. */
const margin = 0.8;
/** What is transformed lies in memory until it is multiplied: at most so much of it. */
const mostBytes = 2 ** 29;

type Direction = "forward" | "inputGrad" | "weightGrad";

const { alpha, m } = f4;
const planes = alpha ** 2;

interface Tiling {
  readonly down: number;
  readonly across: number;
  /** Of all images. */
  readonly tiles: number;
}

function tilingOf({ batch, down, across }: ConvSizes): Tiling {
  const rows = Math.ceil(down.outSize / m);
  const columns = Math.ceil(across.outSize / m);
  return { down: rows, across: columns, tiles: batch * rows * columns };
}

/** The products of one direction: alpha² of them, beside each other. */
function productOf(
  { tiles }: Tiling,
  { inPerGroup, outPerGroup }: ConvSizes,
  direction: Direction,
): ProductSizes {
  return direction === "weightGrad"
    ? { batches: planes, rows: outPerGroup, columns: inPerGroup, depth: tiles }
    : { batches: planes, rows: outPerGroup, columns: tiles, depth: inPerGroup };
}

/**
 * Does it pay, by the estimate?
 * @param sizes  of the convolution that is computed: turned for the gradient of the input
 * @param direct the product that computes it directly
 */
export function winogradPays(
  { target }: Planner,
  sizes: ConvSizes,
  direction: Direction,
  direct: ProductSizes,
): boolean {
  const { groups, inPerGroup, outPerGroup, down, across } = sizes;
  const fits = [down, across].every(
    ({ kernel, stride, dilation, before }) =>
      kernel === 3 && stride === 1 && dilation === 1 && before >= 0 && before <= 2,
  );
  const workgroup = target.workgroup as Workgroup;
  // What is transformed has more digits than float16, and F(4, 3) would make ten times as much of those that are lost.
  const isRounded = workgroup.operands === "float16";
  if (target.winograd === false || isRounded || !fits || groups !== 1) return false;
  const channels = inPerGroup + outPerGroup;
  const tiling = tilingOf(sizes);
  const pairs = inPerGroup * outPerGroup;
  const transformed = planes * (tiling.tiles * channels + pairs);
  if (Math.min(inPerGroup, outPerGroup) < leastChannels || transformed * 4 > mostBytes)
    return false;
  // Pixels are read and written once, what they become is written and read again.
  const moved = m ** 2 * tiling.tiles * channels + 9 * pairs + 2 * transformed;
  const product = divide(productOf(tiling, sizes, direction), workgroup).cycles;
  const cycles = product + (throughMemory * moved) / workgroup.busy + 3 * kernelCycles;
  const multiplyAdds = direct.batches * direct.rows * direct.columns * direct.depth;
  const isFull = multiplyAdds / workgroup.busy > leastCycles;
  return isFull && cycles < margin * divide(direct, workgroup).cycles;
}

/** Forward, or with turned weights the gradient of the input; the caller knows that it pays. */
export function lowerWinogradByGroups(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  turned: boolean,
): void {
  const { node, core } = root;
  const [input, weight] = core.inputs as [Node, Node];
  const tiling = tilingOf(sizes);
  const { inPerGroup, outPerGroup } = sizes;
  const weights = transformedWeights(planner, root, weight, sizes, turned);
  const tiles = transformedTiles(planner, root, plainOperand(planner, input), tiling, {
    name: "winogradInput",
    channels: inPerGroup,
    transform: f4.input,
    reach: alpha,
    axes: [sizes.down, sizes.across],
  });
  const products = multiplyPlanes(planner, root, {
    ...{ name: "conv2dWinograd", left: weights, right: tiles, rightAlong: "side" },
    ...{ sizes: productOf(tiling, sizes, "forward"), flops: convFlops(sizes) },
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
    const values = inTwoDimensions(w.k, f4.output, alpha, (i, j) =>
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

/** The caller knows that it pays. */
export function lowerWeightGradWinogradByGroups(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const tiling = tilingOf(sizes);
  const { inPerGroup, outPerGroup, down, across } = sizes;
  const tiles = transformedTiles(planner, root, plainOperand(planner, x), tiling, {
    name: "winogradInput",
    channels: inPerGroup,
    transform: f4.input,
    reach: alpha,
    axes: [down, across],
  });
  const own = ({ outSize }: ConvSizes["down"]) => ({ size: outSize, before: 0 });
  const gradients = transformedTiles(planner, root, plainOperand(planner, grad), tiling, {
    name: "winogradGradient",
    channels: outPerGroup,
    transform: f4.gradient,
    reach: m,
    axes: [own(down), own(across)],
  });
  const sums = multiplyPlanes(planner, root, {
    ...{ name: "conv2dWeightGradWinograd", left: gradients, right: tiles, rightAlong: "depth" },
    ...{ sizes: productOf(tiling, sizes, "weightGrad"), flops: convFlops(sizes) },
  });
  const kernel = {
    name: "winogradWeightBack",
    box: [outPerGroup, inPerGroup],
    writes: [place],
    flops: 0,
  };
  launchElements(planner, kernel, (w, [o, c]) => {
    const values = inTwoDimensions(w.k, f4.weightBack, alpha, (i, j) =>
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

interface PlaneProduct {
  readonly name: string;
  readonly sizes: ProductSizes;
  /** [alpha², rows, depth] */
  readonly left: Place;
  /** [alpha², depth, columns] if its neighbours in memory lie along its side, else [alpha², columns, depth]. */
  readonly right: Place;
  readonly rightAlong: "side" | "depth";
  readonly flops: number;
}

/** The alpha² products: [alpha², rows, columns]. */
function multiplyPlanes(
  planner: Planner,
  { core }: Root,
  { left, right, rightAlong, ...product }: PlaneProduct,
): Place {
  const { batches, rows, columns } = product.sizes;
  const products = planner.temporary(core, [batches, rows, columns]);
  lowerProduct(planner, { node: core, core }, products, {
    ...product,
    left: (w, p) => ({
      along: "depth",
      value: (row, d) => w.load(left, [p, row, d].map(fixed), 1),
    }),
    right: (w, p) => ({
      along: rightAlong,
      value: (column, d) =>
        w.load(right, (rightAlong === "side" ? [p, d, column] : [p, column, d]).map(fixed), 1),
    }),
    target: (_, p, row, column) => [p, row, column].map(fixed),
  });
  return products;
}

/** G w Gᵀ of every pair of channels: [alpha², outputs, inputs]. */
function transformedWeights(
  planner: Planner,
  { core }: Root,
  weight: Node,
  { inPerGroup, outPerGroup }: ConvSizes,
  turned: boolean,
): Place {
  const from = plainOperand(planner, weight);
  const to = planner.temporary(core, [planes, outPerGroup, inPerGroup]);
  const kernel = { name: "winogradWeight", box: [outPerGroup, inPerGroup], writes: [to], flops: 0 };
  launchElements(planner, kernel, (w, [o, c]) => {
    const tap = (u: number, v: number): Value => {
      const at = turned ? [c, o, fixed(2 - u), fixed(2 - v)] : [o, c, fixed(u), fixed(v)];
      return w.k.let(w.load(from, at as AxisIndex[], 1));
    };
    storePlanes(w, to, inTwoDimensions(w.k, f4.weight, 3, tap), [o, c] as AxisIndex[]);
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
  const { down, across, tiles } = tiling;
  const to = planner.temporary(core, [planes, channels, tiles]);
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
