// The layers of a network text beside what the engine says of them: one row for each that is written, a block being one.
import {
  type Item,
  isLayerName,
  itemsOf,
  type Layer,
  printNetwork,
} from "../../../src/models/text/index.ts";
import type { NetworkDescription, NetworkRow } from "../engine/handlers/networkText.ts";
import type { Text } from "../text.ts";

export interface LayerRow {
  readonly item: Item;
  /** As the list shows it: `Conv2d(1, 6, 5)`. */
  readonly text: string;
  /** What the engine says; null where it got no further, or has not answered yet. */
  readonly figures: LayerFigures | null;
  /** What is wrong with this layer. */
  readonly problem: Text | null;
}

export interface LayerFigures
  extends Pick<
    NetworkRow,
    "outputShape" | "parameters" | "multiplyAdds" | "outputBytes" | "receptiveField"
  > {}

/** The rows of a network that was read from a text. */
export function rowsOf(
  network: Layer,
  text: string,
  described: NetworkDescription | null,
): LayerRow[] {
  const problem = described?.problem ?? null;
  return itemsOf(network).map((item) => {
    const { layer, path } = item;
    const isHere = problem !== null && problem.start >= layer.start && problem.start < layer.end;
    return {
      item,
      text: shortText(layer, text),
      figures: figuresOf(path, described?.rows ?? []),
      problem: isHere ? problem.text : null,
    };
  });
}

/** On one line, without the words that every layer begins with. */
function shortText(layer: Layer, text: string): string {
  const own = text.slice(layer.start, layer.end);
  const line = own.includes("\n") ? printNetwork(layer).replaceAll(/\s*\n\s*/g, " ") : own;
  return withoutNew(line);
}

/** `new nn.ReLU()` and `new models.Fire(8, 4, 8)` as `ReLU()` and `Fire(8, 4, 8)`. */
export function withoutNew(written: string): string {
  const own = written.replace(/^new\s+(nn\.)?/, "");
  const block = /^models\.(\w+)/.exec(own)?.[1] ?? "";
  return isLayerName("models", block) ? own.slice("models.".length) : own;
}

/** A layer that is typed in the list, as it stands in the text. */
export function withNew(typed: string): string {
  const own = typed.trim();
  if (/^new\b/.test(own)) return own;
  if (/^(nn|models)\./.test(own)) return `new ${own}`;
  const name = /^\w*/.exec(own)?.[0] ?? "";
  return `new ${isLayerName("models", name) ? "models" : "nn"}.${own}`;
}

function figuresOf(path: string, rows: readonly NetworkRow[]): LayerFigures | null {
  const own = rows.filter((row) => row.path === path || row.path.startsWith(`${path}.`));
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
