// What every layer of a network made of one picture: its inputs and outputs as numbers, for all that is asked later.
import { inspect, nn, noGrad, softmax, type Tensor } from "../../../../src/index.ts";
import { callsOf, type LayerCall } from "../run/calls.ts";
import type { PictureBox, SeenWindow } from "./types.ts";

/** Numbers with their shape, without the batch. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LayerSnapshot {
  readonly module: nn.Module;
  readonly path: string;
  readonly input: Values;
  readonly output: Values;
  readonly field: SeenWindow | null;
}

export interface Snapshot {
  /** Height and width of the picture. */
  readonly size: readonly [number, number];
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly layers: readonly LayerSnapshot[];
}

/** Layers, and blocks that do more than call one layer after the other. */
export function isShown({ module, path }: LayerCall): boolean {
  return path !== "" && (module.children().length === 0 || module.constructor !== nn.Sequential);
}

/** @param x one picture as the network takes it, NCHW `[1, channels, height, width]` */
export async function snapshotOf(net: nn.Module, x: Tensor): Promise<Snapshot> {
  const { output, layers, probabilities } = noGrad(() => {
    const calls = callsOf(net, x, isShown);
    return { ...calls, probabilities: softmax(calls.output, 1) };
  });
  // What one layer gives out, the next takes in: the same tensor is read once.
  const read = new Map<Tensor, Promise<Float32Array>>();
  const valuesOf = async (tensor: Tensor): Promise<Values> => {
    const known = read.get(tensor) ?? tensor.data().then((data) => Float32Array.from(data));
    read.set(tensor, known);
    return { shape: tensor.shape.slice(1), data: await known };
  };
  const fields = fieldsOf(net, x.shape, layers);
  const [logits, shares, ...shown] = await Promise.all([
    valuesOf(output),
    valuesOf(probabilities),
    ...layers.map(async (call, i): Promise<LayerSnapshot> => {
      const [first = x] = call.inputs;
      const [input, own] = await Promise.all([valuesOf(first), valuesOf(call.output)]);
      const { module, path } = call;
      return { module, path, input, output: own, field: fields[i] ?? null };
    }),
  ]);
  return {
    size: [x.shape[2] as number, x.shape[3] as number],
    logits: logits.data,
    probabilities: shares.data,
    layers: shown,
  };
}

/** Fields of layers as `inspect` finds them; a block sees what its layer of the widest field sees. */
function fieldsOf(
  net: nn.Module,
  shape: readonly number[],
  layers: readonly LayerCall[],
): (SeenWindow | null)[] {
  const found = inspect.receptiveField(net, shape);
  return layers.map(({ path, output }) => {
    const place = output.shape.slice(2).join();
    const own = found
      .filter((layer) => layer.path === path || layer.path.startsWith(`${path}.`))
      .filter(({ outputShape }) => outputShape.slice(2).join() === place)
      .reduce<SeenWindow | null>(
        (widest, field) =>
          widest === null || field.size[0] * field.size[1] > widest.size[0] * widest.size[1]
            ? field
            : widest,
        null,
      );
    if (own === null) return null;
    const { size, stride, offset } = own;
    return { size, stride, offset };
  });
}

/** What one unit sees of the picture: `[channel, row, column]`, or `[feature]`. */
export function boxOf(field: SeenWindow | null, unit: readonly number[]): PictureBox | null {
  if (field === null) return null;
  const [, row = 0, column = 0] = unit;
  return {
    x: field.offset[1] + column * field.stride[1],
    y: field.offset[0] + row * field.stride[0],
    width: field.size[1],
    height: field.size[0],
  };
}

/** The number at a place. */
export function at({ shape, data }: Values, place: readonly number[]): number {
  return data[indexOf(shape, place)] ?? Number.NaN;
}

export function indexOf(shape: readonly number[], place: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + (place[axis] ?? 0), 0);
}
