// A network text, seen layer by layer, with what is wrong in it.
import { inspect, models, nn } from "../../../../src/index.ts";
import { type Item, itemsOf, parseNetwork } from "../../../../src/models/text/index.ts";

import { problemOf } from "../../problem.ts";
import type { Text } from "../../text.ts";

export interface NetworkRow {
  readonly path: string;
  readonly type: string;
  readonly details: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly outputBytes: number;
  readonly receptiveField: readonly [number, number] | null;
}

/** Something wrong, and where in the text: positions of characters; line and column from 1. */
export interface NetworkProblem {
  readonly text: Text;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export interface NetworkDescription {
  /** The layers up to the first that does not fit. */
  readonly rows: readonly NetworkRow[];
  readonly problem: NetworkProblem | null;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly trainingBytes: number;
}

export interface NetworkText {
  readonly text: string;
  /** Of one picture: channels, rows, columns. */
  readonly inputShape: readonly number[];
}

/** Shapes, parameters, work and receptive fields of a network text; mistakes are part of the answer. */
export function describeNetwork({ text, inputShape }: NetworkText): NetworkDescription {
  try {
    const { net, places } = models.buildNetwork(text);
    const shape = [1, ...inputShape];
    try {
      return describe(net, shape);
    } catch (error) {
      const { done, failing } = firstMisfit(piecesOf(text, places), shape);
      const place = (failing && places.get(failing)) ?? (places.get(net) as models.Layer);
      const at = new models.NetworkTextError((error as Error).message, text, place);
      return { ...pathed(describe(done, shape)), problem: placed(problemOf(error), at) };
    }
  } catch (error) {
    if (!(error instanceof models.NetworkTextError)) throw error;
    const before = textBefore(text, error.start);
    const described = before === null ? nothing : describeNetwork({ text: before, inputShape });
    return { ...pathed(described), problem: placed(problemOf(error), error) };
  }
}

const nothing = { rows: [], problem: null, parameters: 0, multiplyAdds: 0, trainingBytes: 0 };

// Dots may not stand in the names of layers: a path becomes a name with another sign between. One stands before it too:
// objects put names that are whole numbers first.
const hidden = (path: string): string => `›${path.replaceAll(".", "›")}`;
function pathed(described: NetworkDescription): NetworkDescription {
  const rows = described.rows.map((row) => ({
    ...row,
    path: row.path.replace("›", "").replaceAll("›", "."),
  }));
  return { ...described, rows };
}

/** The layers that end before a place in the text, as a text of their own; null if there is none. */
function textBefore(text: string, place: number): string | null {
  const items = readItems(text).filter(({ layer }) => layer.end <= place);
  const entries = items.map(
    ({ path, layer }) => `"${hidden(path)}": ${text.slice(layer.start, layer.end)}`,
  );
  return items.length === 0 ? null : `new nn.Sequential({ ${entries.join(", ")} })`;
}

function readItems(text: string): Item[] {
  try {
    return itemsOf(parseNetwork(text));
  } catch {
    return [];
  }
}

/** What is wrong, at the place of an error in the text. */
function placed(
  text: Text,
  { start, end, line, column }: Omit<NetworkProblem, "text">,
): NetworkProblem {
  return { text, start, end, line, column };
}

function describe(net: nn.Module, shape: readonly number[]): NetworkDescription {
  const { layers, parameters, multiplyAdds, memory } = inspect.summary(net, shape);
  return {
    rows: layers,
    problem: null,
    parameters,
    multiplyAdds,
    trainingBytes: memory.trainingStep,
  };
}

type Piece = readonly [path: string, module: nn.Module];

/** The layers that fit, as a network, and the first that does not: outside of blocks, which are one piece. */
function firstMisfit(
  pieces: readonly Piece[],
  shape: readonly number[],
): { readonly done: nn.Sequential; readonly failing: nn.Module | undefined } {
  let low = 0;
  let high = pieces.length;
  // The first piece that fails with all before it.
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (fits(named(pieces.slice(0, middle)), shape)) low = middle;
    else high = middle;
  }
  return { done: named(pieces.slice(0, low)), failing: pieces[low]?.[1] };
}

/** The modules of a text with their paths, as the list has them. */
function piecesOf(text: string, places: ReadonlyMap<nn.Module, models.Layer>): Piece[] {
  const made = new Map([...places].map(([module, { start }]) => [start, module]));
  return readItems(text).flatMap(({ path, layer }) => {
    const module = made.get(layer.start);
    return module === undefined ? [] : [[hidden(path), module] as const];
  });
}

function named(pieces: readonly Piece[]): nn.Sequential {
  return new nn.Sequential(Object.fromEntries(pieces));
}

function fits(net: nn.Module, shape: readonly number[]): boolean {
  try {
    inspect.summary(net, shape);
    return true;
  } catch {
    return false;
  }
}
