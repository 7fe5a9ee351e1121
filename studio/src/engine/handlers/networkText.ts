// A network text, seen layer by layer, with what is wrong in it.
import { inspect, models, nn } from "../../../../src/index.ts";

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
  readonly message: string;
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
  const none = { rows: [], problem: null, parameters: 0, multiplyAdds: 0, trainingBytes: 0 };
  const shape = [1, ...inputShape];
  try {
    const { net, places } = models.buildNetwork(text);
    try {
      return describe(net, shape);
    } catch (error) {
      const { done, failing } = firstMisfit(net, shape);
      const place = (failing && places.get(failing)) ?? (places.get(net) as models.Layer);
      const problem = new models.NetworkTextError((error as Error).message, text, place);
      return { ...describe(done, shape), problem: problemOf(problem) };
    }
  } catch (error) {
    if (error instanceof models.NetworkTextError) return { ...none, problem: problemOf(error) };
    throw error;
  }
}

function problemOf({ message, start, end, line, column }: models.NetworkTextError): NetworkProblem {
  return { message, start, end, line, column };
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

/** The layers that fit, as a network, and the first that does not: outside of blocks, which are one piece. */
function firstMisfit(
  net: nn.Module,
  shape: readonly number[],
): { readonly done: nn.Sequential; readonly failing: nn.Module | undefined } {
  const pieces = piecesOf(net);
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

function piecesOf(net: nn.Module, path = ""): [string, nn.Module][] {
  if (Object.getPrototypeOf(net) !== nn.Sequential.prototype) return [[path, net]];
  // Dots may not stand in names; the reader sees the same numbers with another sign between.
  return net
    .children()
    .flatMap((child, i) => piecesOf(child, path === "" ? String(i) : `${path}›${i}`));
}

function named(pieces: readonly (readonly [string, nn.Module])[]): nn.Sequential {
  return new nn.Sequential(Object.fromEntries(pieces.map(([path, piece]) => [path || "0", piece])));
}

function fits(net: nn.Module, shape: readonly number[]): boolean {
  try {
    inspect.summary(net, shape);
    return true;
  } catch {
    return false;
  }
}
