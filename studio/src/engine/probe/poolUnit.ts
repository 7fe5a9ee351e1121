// One number of a pooling layer: its window, and which number won, or what the sum is divided by.
import { nn } from "../../../../src/index.ts";
import { at, type Values } from "./snapshot.ts";
import type { Arithmetic } from "./types.ts";

type Pair = readonly [number, number];

const pairOf = (size: nn.Size2d): Pair => (typeof size === "number" ? [size, size] : size);

/** Rows and columns of the input, those outside too. */
interface PoolWindow {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** Null if the layer is none that pools. */
export function poolUnit(
  layer: nn.Module,
  input: Values,
  output: Values,
  unit: readonly number[],
): Arithmetic | null {
  const [channel = 0, row = 0, column = 0] = unit;
  const [, height = 0, width = 0] = input.shape;
  const size: Pair = [height, width];
  if (layer instanceof nn.MaxPool2d) {
    return largest(input, channel, slidingWindow(layer, pairOf(layer.dilation), row, column));
  }
  if (layer instanceof nn.AvgPool2d) {
    const padding = pairOf(layer.padding);
    const sliding = slidingWindow(layer, [1, 1], row, column);
    // The padded image ends here; a window that reaches further is cut.
    const rows = sliding.rows.filter((i) => i < height + padding[0]);
    const columns = sliding.columns.filter((j) => j < width + padding[1]);
    const counted = layer.countIncludePad
      ? rows.length * columns.length
      : rows.filter(within(height)).length * columns.filter(within(width)).length;
    return mean(input, channel, { rows, columns }, layer.divisorOverride ?? counted);
  }
  if (layer instanceof nn.AdaptiveMaxPool2d || layer instanceof nn.GlobalMaxPool2d)
    return largest(input, channel, adaptiveWindow(size, output, row, column));
  if (layer instanceof nn.AdaptiveAvgPool2d || layer instanceof nn.GlobalAvgPool2d) {
    const { rows, columns } = adaptiveWindow(size, output, row, column);
    return mean(input, channel, { rows, columns }, rows.length * columns.length);
  }
  return null;
}

const within =
  (size: number) =>
  (place: number): boolean =>
    place >= 0 && place < size;

function slidingWindow(
  layer: nn.MaxPool2d | nn.AvgPool2d,
  dilation: Pair,
  row: number,
  column: number,
): PoolWindow {
  const [kernel, stride, padding] = [layer.kernelSize, layer.stride, layer.padding].map(pairOf) as [
    Pair,
    Pair,
    Pair,
  ];
  const places = (axis: 0 | 1, place: number): number[] =>
    Array.from(
      { length: kernel[axis] },
      (_, i) => place * stride[axis] - padding[axis] + i * dilation[axis],
    );
  return { rows: places(0, row), columns: places(1, column) };
}

/** From ⌊i · size / outSize⌋ up to ⌈(i + 1) · size / outSize⌉. */
function adaptiveWindow(size: Pair, output: Values, row: number, column: number): PoolWindow {
  const places = (axis: 0 | 1, place: number): number[] => {
    const [from, out] = [size[axis], output.shape[axis + 1] as number];
    const start = Math.floor((place * from) / out);
    const end = Math.ceil(((place + 1) * from) / out);
    return Array.from({ length: end - start }, (_, i) => start + i);
  };
  return { rows: places(0, row), columns: places(1, column) };
}

function numbersOf(input: Values, channel: number, { rows, columns }: PoolWindow) {
  const [, height = 0, width = 0] = input.shape;
  const isInside = rows.map((i) => columns.map((j) => within(height)(i) && within(width)(j)));
  const inputs = rows.map((i, u) =>
    columns.map((j, v) => (isInside[u]?.[v] ? at(input, [channel, i, j]) : 0)),
  );
  return { inputs, isInside };
}

function largest(input: Values, channel: number, window: PoolWindow): Arithmetic {
  const { inputs, isInside } = numbersOf(input, channel, window);
  let result = Number.NEGATIVE_INFINITY;
  let winner: Pair | null = null;
  inputs.forEach((line, u) => {
    line.forEach((value, v) => {
      if (!isInside[u]?.[v] || value <= result) return;
      result = value;
      winner = [u, v];
    });
  });
  return { kind: "pool", how: "max", inputs, isInside, winner, divisor: 1, result };
}

function mean(input: Values, channel: number, window: PoolWindow, divisor: number): Arithmetic {
  const { inputs, isInside } = numbersOf(input, channel, window);
  const result = inputs.flat().reduce((sum, value) => sum + value, 0) / divisor;
  return { kind: "pool", how: "average", inputs, isInside, winner: null, divisor, result };
}
