// Max pooling's gradient: each window's gradient goes to its first maximum; NaN counts as the maximum.
//
// Plane by plane, with what is between in scratch memory that stays in the caches:
//   1. the image with its border of −∞, columns of equal remainder by the stride side by side, so that a tap of neighbouring
//      windows is neighbouring numbers;
//   2. for each window the number of the tap that holds its first maximum, and its gradient;
//   3. each pixel sums the gradients of the windows that cover it and whose tap it is.
//
// Lanes over images, or over neighbouring windows.
import { type IndexLike, plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import type { MaxWindowsParams } from "../../ops/maxWindows.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { lanesOverFor } from "../conv2d/row.ts";
import {
  imageIndex,
  type LanesOver,
  lanesFor,
  operand,
  partsOfChunk,
  plainOperand,
  powerOfTwo,
} from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";

/** Each has scratch memory of its own. */
const mostChunks = 8;

/** Windows along one axis; positions count from the edge of the border. */
interface Axis {
  readonly size: number;
  readonly windows: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** Taps that meet pixels of one remainder by the stride, each with how many windows it lies behind. */
function tapsOf({ kernel, stride, dilation }: Axis, remainder: number) {
  return Array.from({ length: kernel }, (_, tap) => ({
    tap,
    window: (remainder - tap * dilation) / stride,
  })).filter(({ window }) => Number.isInteger(window));
}

/** First and last window that some pixel asks for: those that do not exist have no tap. */
function windowRange({ size, windows, kernel, stride, dilation, before }: Axis, slack: number) {
  const origin = Math.floor(before / stride) * stride;
  const first = Math.min(0, Math.floor((origin - (kernel - 1) * dilation) / stride));
  const last = Math.max(windows - 1, Math.floor((before + size - 1) / stride) + slack);
  return { first, count: last - first + 1 };
}

/** A part of the scratch memory: rows of positions. */
interface Area {
  readonly start: number;
  readonly width: number;
  readonly size: number;
}

/** What the three steps share. */
interface Job {
  readonly w: KernelWriter;
  readonly lanesOver: LanesOver;
  readonly down: Axis;
  readonly across: Axis;
  readonly image: AxisIndex;
  readonly channel: IndexLike;
  /** Scratch memory. */
  readonly load: (area: Area, row: IndexLike, column: IndexLike, width: number) => Value;
  readonly store: (area: Area, row: IndexLike, column: IndexLike, value: Value) => void;
}

export function lowerMaxWindowsGrad(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const inBatch = lanesFor(planner, x, root);
  const place = planner.place(node, inBatch > 1 && planner.mayBatch(node) ? "batch" : "plain");
  if (isEmpty(node)) return;
  const { down, across } = axesOf(core, grad);
  const width = lanesOverFor(planner, 1, across.windows);
  const isPlain = [place, planner.placeOf(x), planner.placeOf(grad)].every(
    (operand) => operand?.layout === "plain",
  );
  const { lanesOver, lanes } =
    isPlain && width.lanes > 1 ? width : lanesOverFor(planner, inBatch, across.windows);
  const stored = (input: Node): Place =>
    lanesOver === "width" ? plainOperand(planner, input) : operand(planner, input, inBatch);
  const [xPlace, gradPlace] = [stored(x), stored(grad)];
  const w = planner.writer("maxWindowsGrad", lanes);
  const { k } = w;
  w.writes(place);

  // Vectors over width may reach over the end of a row by less than their length.
  const slack = lanesOver === "width" ? lanes : 0;
  const unit = lanesOver === "width" ? 1 : lanes;
  const { stride, kernel, dilation } = across;
  const rows = windowRange(down, 0);
  const columns = windowRange(across, slack);
  let used = 0;
  const area = (height: number, count: number): Area => {
    const start = used;
    used += height * count * unit;
    return { start, width: count, size: height * count };
  };
  const paddedHeight = (down.windows - 1) * down.stride + (down.kernel - 1) * down.dilation + 1;
  const behind = Math.floor(((kernel - 1) * dilation) / stride);
  const pixels = Array.from({ length: Math.min(stride, (kernel - 1) * dilation + 1) }, () =>
    area(paddedHeight, across.windows + behind),
  );
  const winners = area(rows.count, columns.count);
  const gradients = area(rows.count, columns.count);
  const lastPixel = Math.floor((across.before + across.size - 1) / stride);
  const line = area(1, (lastPixel + 1 + slack) * stride);

  const [batch, channels] = core.shape as readonly [number, number];
  const groups = Math.ceil(batch / (lanesOver === "width" ? 1 : lanes));
  const perImages = Math.ceil(groups / Math.min(groups, mostChunks));
  const images = Math.ceil(groups / perImages);
  const shares = { images, channels: powerOfTwo(Math.min(channels, mostChunks / images)) };
  const chunks = shares.images * shares.channels;
  const scratch = planner.temporary(core, [chunks, used]);
  w.writes(scratch);
  const buffer = w.buffer(scratch);
  const own = chunks === 1 ? toIndex(0) : times(k.chunk, used);
  const at = ({ start, width: count }: Area, row: IndexLike, column: IndexLike): Index =>
    plus(plus(own, start), times(plus(times(row, count), column), unit));
  const memory: Pick<Job, "load" | "store"> = {
    load: (from, row, column, count) => k.let(k.load(buffer, at(from, row, column), count)),
    store: (to, row, column, value) => k.store(buffer, at(to, row, column), value),
  };
  const fill = (whole: Area, value: number): void =>
    k.for("f", 0, whole.size, (i) => k.store(buffer, at(whole, 0, i), k.const(value, unit)));
  for (const part of pixels) fill(part, Number.NEGATIVE_INFINITY);
  fill(winners, -1);

  const part = partsOfChunk(w, shares);
  const perChannels = Math.ceil(channels / shares.channels);
  const [firstImage, firstChannel] = [
    times(part.image, perImages),
    times(part.channel, perChannels),
  ];
  const overChannels = (image: AxisIndex): void =>
    k.for(
      "c",
      firstChannel,
      plus(firstChannel, perChannels),
      (channel) => {
        const job: Job = { w, lanesOver, down, across, image, channel, ...memory };
        copyPixels(job, xPlace, pixels);
        findMaxima(job, gradPlace, { pixels, winners, gradients, rows, columns });
        sumWindows(job, { winners, gradients, line, rows, columns }, (y, column, value, count) => {
          const target = [image, fixed(channel), fixed(y), column];
          const result = withEpilogue(w, node, core, value, target, count);
          w.store(place, target, result, count);
        });
      },
      { limit: channels },
    );
  k.for(
    "n",
    firstImage,
    plus(firstImage, perImages),
    (n) => overChannels(imageIndex(w, n, lanesOver)),
    { limit: groups },
  );
  planner.launch(w, chunks, { flops: sizeOf(core.shape) });
}

/** Both axes of a gradient, with the border in mind. */
function axesOf(core: Node, grad: Node): { readonly down: Axis; readonly across: Axis } {
  const { kernel, stride, dilation, border } = core.params as MaxWindowsParams;
  const axis = (a: 0 | 1): Axis => ({
    size: core.shape[a + 2] as number,
    windows: grad.shape[a + 2] as number,
    kernel: kernel[a],
    stride: stride[a],
    dilation: dilation[a],
    before: border[2 * a] as number,
  });
  return { down: axis(0), across: axis(1) };
}

/**
 * Vectors along `count` elements: one by one where images lie in the lanes, else whole vectors and one that overlaps the last
 * of them, or single elements where they do not fill one.
 */
function along(
  { w, lanesOver }: Pick<Job, "w" | "lanesOver">,
  count: number,
  body: (index: IndexLike, width: number) => void,
): void {
  const unit = lanesOver === "width" ? w.lanes : 1;
  const whole = Math.floor(count / unit);
  if (whole === 0) return w.k.for("t", 0, count, (i) => body(i, 1));
  w.k.for("t", 0, whole, (i) => body(times(i, unit), w.lanes));
  if (whole * unit < count) body(count - unit, w.lanes);
}

/** Step 1. */
function copyPixels(job: Job, x: Place, pixels: readonly Area[]): void {
  const { w, lanesOver, down, across, image, channel, store } = job;
  const { stride, before, size } = across;
  pixels.forEach((area, remainder) => {
    const first = Math.max(0, Math.ceil((before - remainder) / stride));
    const last = Math.min(area.width - 1, Math.floor((before + size - 1 - remainder) / stride));
    const rows = Math.min(down.size, area.size / area.width - down.before);
    w.k.for("y", 0, rows, (y) => {
      along(job, last - first + 1, (i, width) => {
        const column = plus(times(plus(i, first), stride), remainder - before);
        const at = { base: column, lane: lanesOver === "width" && width > 1 ? stride : 0 };
        const pixel = w.load(x, [image, fixed(channel), fixed(y), at], width);
        store(area, plus(y, down.before), plus(i, first), pixel);
      });
    });
  });
}

/** Where the results of step 2 lie. */
interface Windows {
  readonly winners: Area;
  readonly gradients: Area;
  readonly rows: { readonly first: number };
  readonly columns: { readonly first: number };
}

/** Step 2. */
function findMaxima(
  job: Job,
  grad: Place,
  windows: Windows & { readonly pixels: readonly Area[] },
): void {
  const { w, lanesOver, down, across, image, channel, load, store } = job;
  const { pixels, winners, gradients, rows, columns } = windows;
  const { k } = w;
  k.for("i", 0, down.windows, (i) => {
    along(job, across.windows, (j, width) => {
      const tap = (u: number, v: number): Value => {
        const column = v * across.dilation;
        const behind = Math.floor(column / across.stride);
        const row = plus(times(i, down.stride), u * down.dilation);
        return load(pixels[column % across.stride] as Area, row, plus(j, behind), width);
      };
      const most = k.let(k.const(Number.NEGATIVE_INFINITY, width));
      const winner = k.let(k.const(0, width));
      k.set(most, tap(0, 0));
      for (let t = 1; t < down.kernel * across.kernel; t++) {
        const value = tap(Math.floor(t / across.kernel), t % across.kernel);
        // Larger, or the first NaN: comparisons with NaN are false.
        const isFirst = k.let(
          k.binary(
            "and",
            k.unary("not", k.compare("le", value, most)),
            k.compare("eq", most, most),
          ),
        );
        k.set(most, k.select(isFirst, value, most));
        k.set(winner, k.select(isFirst, k.const(t, width), winner));
      }
      const at = [plus(i, -rows.first), plus(j, -columns.first)] as const;
      store(winners, ...at, winner);
      const lane = lanesOver === "width" && width > 1 ? 1 : 0;
      const index = [image, fixed(channel), fixed(i), { base: toIndex(j), lane }];
      store(gradients, ...at, w.load(grad, index, width));
    });
  });
}

/** Step 3: the sum for each pixel. */
function sumWindows(
  job: Job,
  { winners, gradients, rows, columns, line }: Windows & { readonly line: Area },
  finish: (y: IndexLike, column: AxisIndex, value: Value, width: number) => void,
): void {
  const { w, lanesOver, down, across, load, store } = job;
  const { k } = w;
  const { stride } = across;
  const unit = lanesOver === "width" ? w.lanes : 1;
  const first = Math.floor(across.before / stride);
  const last = Math.floor((across.before + across.size - 1) / stride);
  for (let remainder = 0; remainder < down.stride; remainder++) {
    const from = Math.ceil((down.before - remainder) / down.stride);
    const end = Math.floor((down.before + down.size - 1 - remainder) / down.stride) + 1;
    const vertical = tapsOf(down, remainder);
    k.for("r", from, end, (r) => {
      k.for("q", 0, Math.ceil((last - first + 1) / unit), (q) => {
        const sums = Array.from({ length: stride }, (_, phase) => {
          let sum: Value | null = null;
          for (const { tap: u, window: above } of vertical) {
            for (const { tap: v, window: before } of tapsOf(across, phase)) {
              const row = plus(r, above - rows.first);
              const column = plus(times(q, unit), first + before - columns.first);
              const winner = load(winners, row, column, w.lanes);
              const isHere = k.compare("eq", winner, k.const(u * across.kernel + v, w.lanes));
              const gradient = load(gradients, row, column, w.lanes);
              const part = k.select(isHere, gradient, k.const(0, w.lanes));
              sum = k.let(sum === null ? part : k.add(sum, part));
            }
          }
          return sum ?? k.const(0, w.lanes);
        });
        for (const [offset, value] of interleaved(w, unit, sums))
          store(line, 0, plus(times(q, unit * stride), offset), value);
      });
      const y = plus(times(r, down.stride), remainder - down.before);
      along(job, across.size, (x, width) => {
        const lane = lanesOver === "width" && width > 1 ? 1 : 0;
        const value = load(line, 0, plus(x, across.before - first * stride), width);
        finish(y, { base: toIndex(x), lane }, value, width);
      });
    });
  }
}

/** One element of each vector after the other: what to store, and where. */
function interleaved(
  { k, lanes }: KernelWriter,
  unit: number,
  vectors: readonly Value[],
): (readonly [offset: number, value: Value])[] {
  const [a, b] = vectors;
  if (unit === 1 || b === undefined) return vectors.map((value, i) => [i, value]);
  if (a !== undefined && vectors.length === 2) {
    return [0, lanes / 2].map((from) => {
      const order = Array.from({ length: lanes }, (_, l) => from + (l >> 1) + (l % 2) * lanes);
      return [2 * from, k.shuffle(a, b, order)];
    });
  }
  return vectors.flatMap((vector, i) =>
    Array.from({ length: lanes }, (_, l) => [l * vectors.length + i, k.lane(vector, l)] as const),
  );
}
