// One number of a convolution: for each input channel the window times the kernel, all summed, and the bias.
import { conv2dParams, type nn } from "../../../../src/index.ts";
import { at, type Values } from "./snapshot.ts";
import type { Arithmetic, WeighedWindow } from "./types.ts";

export async function convolutionUnit(
  layer: nn.Conv2d,
  input: Values,
  [outChannel = 0, row = 0, column = 0]: readonly number[],
): Promise<Arithmetic> {
  const { kernelSize, groups, paddingMode, inChannels, outChannels } = layer;
  const { stride, padding, dilation } = conv2dParams(layer, kernelSize);
  const [, height = 0, width = 0] = input.shape;
  const weights = await layer.weight.select(0, outChannel).data();
  const bias = layer.bias === null ? null : await layer.bias.select(0, outChannel).item();
  const perGroup = inChannels / groups;
  const firstChannel = Math.floor(outChannel / (outChannels / groups)) * perGroup;
  const lines = placesOf(kernelSize[0], row * stride[0] - padding[0], dilation[0], (i) =>
    sourceOf(i, height, paddingMode),
  );
  const columns = placesOf(kernelSize[1], column * stride[1] - padding[2], dilation[1], (j) =>
    sourceOf(j, width, paddingMode),
  );
  let result = bias ?? 0;
  const windows = Array.from({ length: perGroup }, (_, c): WeighedWindow => {
    const channel = firstChannel + c;
    const inputs = lines.map((i) =>
      columns.map((j) => (i === null || j === null ? 0 : at(input, [channel, i, j]))),
    );
    const kernel = lines.map((_, u) =>
      columns.map((_, v) => weights[(c * kernelSize[0] + u) * kernelSize[1] + v] as number),
    );
    let sum = 0;
    inputs.forEach((line, u) => {
      line.forEach((value, v) => {
        sum += value * ((kernel[u] as number[])[v] as number);
      });
    });
    result += sum;
    const isInside = lines.map((i) => columns.map((j) => i !== null && j !== null));
    return { channel, inputs, weights: kernel, isInside, sum };
  });
  return { kind: "convolution", windows, bias, result };
}

function placesOf(
  count: number,
  start: number,
  step: number,
  source: (place: number) => number | null,
): (number | null)[] {
  return Array.from({ length: count }, (_, i) => source(start + i * step));
}

/** The row (or column) that stands at a place of the padded input; null for zeros. */
function sourceOf(place: number, size: number, mode: nn.PaddingMode): number | null {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case "zeros":
      return null;
    case "replicate":
      return Math.min(Math.max(place, 0), size - 1);
    case "circular":
      return ((place % size) + size) % size;
    case "reflect":
      return place < 0 ? -place : 2 * (size - 1) - place;
    default:
      return mode satisfies never;
  }
}
