// The layers of a network text beside what the engine says of them: one row for each that is written, a block being one.
import {
  type Item,
  itemsOf,
  type Layer,
  NetworkTextError,
  parseNetwork,
} from "../../../src/models/text/index.ts";
import type { NetworkDescription, NetworkRow } from "../engine/handlers/networkText.ts";

export interface LayerRow {
  readonly item: Item;
  readonly path: string;
  /** As it is written. */
  readonly text: string;
  /** What the engine says; null where it got no further, or has not answered yet. */
  readonly figures: LayerFigures | null;
  readonly hasProblem: boolean;
}

export interface LayerFigures
  extends Pick<
    NetworkRow,
    "outputShape" | "parameters" | "multiplyAdds" | "outputBytes" | "receptiveField"
  > {}

/** The rows of a text; null while it cannot be read. */
export function rowsOf(text: string, described: NetworkDescription | null): LayerRow[] | null {
  let network: Layer;
  try {
    network = parseNetwork(text);
  } catch (error) {
    if (error instanceof NetworkTextError) return null;
    throw error;
  }
  const paths = pathsOf(network);
  const problem = described?.problem ?? null;
  return itemsOf(network).map((item) => {
    const { layer } = item;
    const path = paths.get(layer) ?? "";
    return {
      item,
      path,
      text: text.slice(layer.start, layer.end),
      figures: figuresOf(path, described?.rows ?? []),
      hasProblem: problem !== null && problem.start >= layer.start && problem.start < layer.end,
    };
  });
}

/** Where each layer stands: positions or names, from the outside in. */
function pathsOf(network: Layer, path = "", paths = new Map<Layer, string>()): Map<Layer, string> {
  paths.set(network, path);
  if (network.from !== "nn" || network.name !== "Sequential") return paths;
  const [first] = network.inputs;
  const named =
    first?.kind === "object"
      ? first.entries.map(({ key, value }) => [key, value] as const)
      : network.inputs.map((value, i) => [String(i), value] as const);
  for (const [name, value] of named) {
    if (value.kind === "layer") pathsOf(value, path === "" ? name : `${path}.${name}`, paths);
  }
  return paths;
}

function figuresOf(path: string, rows: readonly NetworkRow[]): LayerFigures | null {
  const own = rows.filter((row) => {
    // Of a text with a mistake the engine gives paths with another sign between.
    const at = row.path.replaceAll("›", ".");
    return at === path || at.startsWith(`${path}.`);
  });
  const last = own.at(-1);
  if (last === undefined) return null;
  const sum = (of: (row: NetworkRow) => number): number =>
    own.reduce((total, row) => total + of(row), 0);
  return {
    outputShape: last.outputShape,
    receptiveField: last.receptiveField,
    parameters: sum((row) => row.parameters),
    multiplyAdds: sum((row) => row.multiplyAdds),
    outputBytes: sum((row) => row.outputBytes),
  };
}
