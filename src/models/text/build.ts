// Makes the network that a text describes. Layers and blocks check their options themselves.
import type * as nn from "../../nn/index.ts";
import { FoveaError, nearest } from "../../tensor/errors.ts";
import { blockClasses, layerClasses } from "./classes.ts";
import { isLayerName, layerNames } from "./layers.ts";
import { parseNetwork } from "./parse.ts";
import { type Layer, NetworkTextError, type Value } from "./syntax.ts";

/** A network, and where in the text each of its modules is written. */
export interface BuiltNetwork {
  /** The network itself. */
  readonly net: nn.Module;
  /** What stands in the text of each module that is written there; not of those within blocks. */
  readonly places: ReadonlyMap<nn.Module, Layer>;
}

/** Parameters of a network, at most: 1.6 GB of them. VGG-19 has 140 million. */
const mostParameters = 400_000_000;

/**
 * Reads and makes a network, and says where in the text each layer is written, so that what is found out about a layer
 * can be shown at its place. No code is run, and sizes that no machine could hold are refused before anything is
 * allocated: a text may come from anywhere.
 *
 * @throws NetworkTextError for a mistake in the text, an unknown layer, options that a layer refuses, or too many parameters
 * @example
 * const { net, places } = buildNetwork("new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))");
 * places.get(net.children()[1]).start // 36
 */
export function buildNetwork(text: string): BuiltNetwork {
  const places = new Map<nn.Module, Layer>();
  const network = parseNetwork(text);
  const net = makeLayer(network, text, places);
  const parameters = numbersOf(net);
  if (parameters > mostParameters) {
    const large = largest(places) ?? network;
    const numbers = [parameters, mostParameters].map((n) => n.toLocaleString("en-US"));
    const message = `the network has ${numbers[0]} parameters, the most of them here; it may have ${numbers[1]}`;
    throw new NetworkTextError(message, text, large);
  }
  return { net, places };
}

/** The layer with the most parameters. */
function largest(places: Places): Layer | undefined {
  const sizes = [...places].flatMap(([net, layer]) =>
    layer.name === "Sequential" ? [] : [{ layer, size: numbersOf(net) }],
  );
  return sizes.sort((a, b) => b.size - a.size)[0]?.layer;
}

function numbersOf(net: nn.Module): number {
  return net.parameters().reduce((sum, { numel }) => sum + numel, 0);
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
  const classes = (from === "nn" ? layerClasses : blockClasses) as unknown as Readonly<
    Record<string, Construct>
  >;
  try {
    const module = new (classes[name] as Construct)(...inputs);
    places.set(module, layer);
    return module;
  } catch (error) {
    // What a layer did not foresee: an input of another kind than it takes.
    const message =
      error instanceof FoveaError ? error.message : `${name} does not take these inputs`;
    throw new NetworkTextError(message, text, layer);
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
