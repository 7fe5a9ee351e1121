// Changes single layers in the text of a network; all else, comments too, stays as it was typed.
import { parseNetwork } from "./parse.ts";
import type { Layer } from "./syntax.ts";

/** A layer of the list: not itself a Sequential, which is shown by the layers in it. */
export interface Item {
  readonly layer: Layer;
  /** Its Sequential, and its position there. */
  readonly parent: Layer;
  readonly position: number;
  readonly depth: number;
}

/** All layers in a Sequential and in those within, in the order in which they run. */
export function itemsOf(network: Layer, depth = 0): Item[] {
  if (network.from !== "nn" || network.name !== "Sequential") return [];
  return layersOf(network).flatMap((layer, position) =>
    layer.name === "Sequential" && layer.from === "nn" && layer.inputs.length > 0
      ? itemsOf(layer, depth + 1)
      : [{ layer, parent: network, position, depth }],
  );
}

function layersOf({ inputs }: Layer): Layer[] {
  const [first] = inputs;
  const values = first?.kind === "object" ? first.entries.map(({ value }) => value) : inputs;
  return values.filter((value) => value.kind === "layer");
}

export function replaceLayer(text: string, { layer }: Item, by: string): string {
  return text.slice(0, layer.start) + by + text.slice(layer.end);
}

/** Changes places with a neighbour in the same Sequential; null if there is none. */
export function moveLayer(text: string, { parent, position }: Item, by: -1 | 1): string | null {
  const layers = layersOf(parent);
  const [first, second] = [
    layers[Math.min(position, position + by)],
    layers[Math.max(position, position + by)],
  ];
  if (first === undefined || second === undefined) return null;
  return (
    text.slice(0, first.start) +
    text.slice(second.start, second.end) +
    text.slice(first.end, second.start) +
    text.slice(first.start, first.end) +
    text.slice(second.end)
  );
}

/** Without this layer, and without the comma behind it (before it, if it is the last). */
export function removeLayer(text: string, { layer, parent, position }: Item): string {
  const [first] = parent.inputs;
  if (first?.kind === "object") {
    const { key } = first.entries[position] ?? { key: "" };
    throw new Error(`"${key}" has a name: remove it in the text`);
  }
  const layers = layersOf(parent);
  const [next, previous] = [layers[position + 1], layers[position - 1]];
  if (next !== undefined) return text.slice(0, layer.start) + text.slice(next.start);
  return text.slice(0, previous?.end ?? layer.start) + text.slice(layer.end);
}

/** With a layer more, behind one of the list or at the end. */
export function addLayer(text: string, added: string, after?: Item): string {
  if (after !== undefined && after.parent.inputs[0]?.kind !== "object") {
    const { start, end } = after.layer;
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const indent = /^ */.exec(text.slice(lineStart))?.[0] ?? "";
    return `${text.slice(0, end)},\n${indent}${added}${text.slice(end)}`;
  }
  const network = parseNetwork(text);
  const last = layersOf(network).at(-1);
  if (last === undefined) return `new nn.Sequential(\n  ${added},\n)`;
  if (network.inputs[0]?.kind === "object") {
    throw new Error("the layers have names: add this one in the text");
  }
  return `${text.slice(0, last.end)},\n  ${added}${text.slice(last.end)}`;
}
