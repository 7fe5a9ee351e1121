// Makes the network that a text describes. Layers and blocks check their options themselves.
import * as nn from "../../nn/index.ts";
import { nearest } from "../../tensor/errors.ts";
import { DenseBlock, TransitionBlock } from "../densenet.ts";
import { Inception } from "../googlenet.ts";
import { InvertedResidual } from "../mobilenetV2.ts";
import { Bottleneck, Residual } from "../resnet.ts";
import { Fire } from "../squeezenet.ts";
import { isLayerName, layerNames } from "./layers.ts";
import { parseNetwork } from "./parse.ts";
import { type Layer, NetworkTextError, type Value } from "./syntax.ts";

/** Blocks that a text may use, beside the layers of `nn`. */
const blocks = {
  Residual,
  Bottleneck,
  Inception,
  DenseBlock,
  TransitionBlock,
  InvertedResidual,
  Fire,
};

/** A network, and where in the text each of its modules is written. */
export interface BuiltNetwork {
  readonly net: nn.Module;
  readonly places: ReadonlyMap<nn.Module, Layer>;
}

/**
 * Reads and makes a network.
 * @throws NetworkTextError for a mistake in the text, an unknown layer, or options that the engine refuses
 */
export function buildNetwork(text: string): BuiltNetwork {
  const places = new Map<nn.Module, Layer>();
  return { net: makeLayer(parseNetwork(text), text, places), places };
}

type Construct = new (...inputs: readonly unknown[]) => nn.Module;
type Places = Map<nn.Module, Layer>;

function makeLayer(layer: Layer, text: string, places: Places): nn.Module {
  const { from, name } = layer;
  if (!isLayerName(from, name)) {
    const near = nearest(name, layerNames(from));
    const where = { start: layer.start, end: layer.start + `new ${from}.${name}`.length };
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new NetworkTextError(`there is no layer ${from}.${name} to use here${hint}`, text, where);
  }
  // Layers inside are made first: their errors have places of their own.
  const inputs = layer.inputs.map((input) => plain(input, text, places));
  // The table allows classes that make modules, and no others.
  const classes = (from === "nn" ? nn : blocks) as unknown as Readonly<Record<string, Construct>>;
  try {
    const module = new (classes[name] as Construct)(...inputs);
    places.set(module, layer);
    return module;
  } catch (error) {
    throw new NetworkTextError(error instanceof Error ? error.message : String(error), text, layer);
  }
}

function plain(value: Value, text: string, places: Places): unknown {
  switch (value.kind) {
    case "scalar":
      return value.value;
    case "array":
      return value.items.map((item) => plain(item, text, places));
    case "object":
      return Object.fromEntries(
        value.entries.map(({ key, value: inner }) => [key, plain(inner, text, places)]),
      );
    case "layer":
      return makeLayer(value, text, places);
  }
}
