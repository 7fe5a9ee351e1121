// What the units of a network see: of the input, and of every layer between.
import { inspect, models, nn } from "../../../../src/index.ts";

/** A layer of a small stack. */
export interface StackLayer {
  readonly kind: "conv" | "pool";
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
}

/** What the first unit of a layer sees, and how that moves from unit to unit: rows, columns. */
export interface Field {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly offset: readonly [number, number];
}

export interface StackFields {
  /** Height (and width) of the input and of each layer's output. */
  readonly sizes: readonly number[];
  /** `fields[layer][level]`: what the outputs of a layer see of a level below; level 0 is the input. */
  readonly fields: readonly (readonly Field[])[];
}

/**
 * The fields of a stack of layers on a square input of one channel.
 * @throws ShapeError if a layer does not fit
 */
export function stackFields({
  size,
  layers,
}: {
  readonly size: number;
  readonly layers: readonly StackLayer[];
}): StackFields {
  const net = new nn.Sequential(...layers.map(moduleOf));
  const shapes = inspect
    .receptiveField(net, [1, 1, size, size])
    .map(({ outputShape }) => outputShape[2] as number);
  const sizes = [size, ...shapes];
  // From each level on, the layers above it are a network whose input is that level.
  const above = layers.map((_, level) => {
    const side = sizes[level] as number;
    return inspect.receptiveField(net.slice(level), [1, 1, side, side]).map(fieldOf);
  });
  const fields = layers.map((_, layer) =>
    Array.from({ length: layer + 1 }, (_, level) => above[level]?.[layer - level] as Field),
  );
  return { sizes, fields };
}

function moduleOf({ kind, kernel, stride, dilation, padding }: StackLayer): nn.Module {
  return kind === "conv"
    ? new nn.Conv2d(1, 1, kernel, { stride, dilation, padding })
    : new nn.MaxPool2d(kernel, { stride, dilation, padding });
}

function fieldOf({ size, stride, offset }: inspect.LayerReceptiveField): Field {
  return { size, stride, offset };
}

export interface NetworkLayerField extends Field {
  readonly path: string;
  readonly type: string;
  /** Rows and columns of units; null after the picture has become a list of numbers. */
  readonly units: readonly [number, number] | null;
}

export interface NetworkFields {
  readonly inputSize: readonly [number, number];
  readonly layers: readonly NetworkLayerField[];
}

/** The fields of a network of the library. @throws OptionError for an unknown name */
export function networkFields({ name }: { readonly name: string }): NetworkFields {
  const net = models.createModel(name);
  const [channels, height, width] = models.models[name]?.inputShape ?? [1, 0, 0];
  const layers = inspect.receptiveField(net, [1, channels, height, width]).map((layer) => ({
    path: layer.path,
    type: layer.type,
    units: unitsOf(layer.outputShape),
    ...fieldOf(layer),
  }));
  return { inputSize: [height, width], layers };
}

function unitsOf([, , height, width]: readonly number[]): [number, number] | null {
  return height === undefined || width === undefined ? null : [height, width];
}
