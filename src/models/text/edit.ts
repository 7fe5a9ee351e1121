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
  /** Positions or names, from the outside in: `2.0`. */
  readonly path: string;
}

/** All layers in a Sequential and in those within, in the order in which they run. */
export function itemsOf(network: Layer, depth = 0, outside = ""): Item[] {
  if (!isSequential(network)) return [];
  return childrenOf(network).flatMap(({ name, layer }, position) => {
    const path = `${outside}${name}`;
    return isSequential(layer) && layer.inputs.length > 0
      ? itemsOf(layer, depth + 1, `${path}.`)
      : [{ layer, parent: network, position, depth, path }];
  });
}

function isSequential({ from, name }: Layer): boolean {
  return from === "nn" && name === "Sequential";
}

interface Child {
  readonly name: string;
  readonly layer: Layer;
}

function childrenOf(network: Layer): Child[] {
  const named =
    namesOf(network)?.entries ??
    network.inputs.map((value, i) => ({ key: String(i), value }) as const);
  return named.flatMap(({ key, value }) =>
    value.kind === "layer" ? [{ name: key, layer: value }] : [],
  );
}

/** The object that names the layers of a Sequential, if one does. */
function namesOf({ inputs: [first] }: Layer) {
  return first?.kind === "object" ? first : null;
}

export function replaceLayer(text: string, { layer }: Item, by: string): string {
  return text.slice(0, layer.start) + by + text.slice(layer.end);
}

/** Changes places with a neighbour in the same Sequential, where names stay; null if there is none. */
export function moveLayer(text: string, { parent, position }: Item, by: -1 | 1): string | null {
  const layers = childrenOf(parent);
  const first = layers[Math.min(position, position + by)]?.layer;
  const second = layers[Math.max(position, position + by)]?.layer;
  if (first === undefined || second === undefined) return null;
  return (
    text.slice(0, first.start) +
    text.slice(second.start, second.end) +
    text.slice(first.end, second.start) +
    text.slice(first.start, first.end) +
    text.slice(second.end)
  );
}

/** Without this layer and its name, and without the comma behind it (before it, if it is the last). */
export function removeLayer(text: string, { layer, parent, position }: Item): string {
  const layers = childrenOf(parent);
  const previous = layers[position - 1]?.layer;
  const next = layers[position + 1]?.layer;
  const names = namesOf(parent);
  if (names !== null) {
    if (previous !== undefined) return text.slice(0, previous.end) + text.slice(layer.end);
    const rest = text.slice(layer.end);
    return text.slice(0, names.start + 1) + rest.replace(/^\s*,/, "");
  }
  if (next !== undefined) return text.slice(0, layer.start) + text.slice(next.start);
  return text.slice(0, previous?.end ?? layer.start) + text.slice(layer.end);
}

/** With a layer more, behind one of the list or at the end. */
export function addLayer(text: string, added: string, after?: Item): string {
  if (after !== undefined) return insertBehind(text, after.parent, after.layer, added);
  const network = parseNetwork(text);
  if (!isSequential(network)) {
    const own = text.slice(network.start, network.end);
    const both = `new nn.Sequential(\n  ${own},\n  ${added},\n)`;
    return text.slice(0, network.start) + both + text.slice(network.end);
  }
  const last = childrenOf(network).at(-1)?.layer;
  if (last !== undefined) return insertBehind(text, network, last, added);
  const close = (namesOf(network)?.end ?? network.end) - 1;
  return `${text.slice(0, close).trimEnd()}\n  ${withName(network, added)},\n${text.slice(close)}`;
}

function insertBehind(text: string, parent: Layer, { start, end }: Layer, added: string): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const indent = /^ */.exec(text.slice(lineStart))?.[0] ?? "";
  // A layer on the line of its Sequential is written further in than that line.
  const further = lineStart <= parent.start ? "  " : "";
  return `${text.slice(0, end)},\n${indent}${further}${withName(parent, added)}${text.slice(end)}`;
}

/** The text of a layer as it stands in a Sequential, with a name where the others have one. */
function withName(parent: Layer, added: string): string {
  const names = namesOf(parent);
  if (names === null) return added;
  const kind = /\.(\w+)\(/.exec(added)?.[1]?.toLowerCase() ?? "layer";
  const taken = new Set(names.entries.map(({ key }) => key));
  let number = 1;
  while (taken.has(`${kind}${number}`)) number++;
  return `${kind}${number}: ${added}`;
}
