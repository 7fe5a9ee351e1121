// How many numbers a network text ends in: that of its last dense layer.
import {
  itemsOf,
  type Layer,
  NetworkTextError,
  parseNetwork,
} from "../../../src/models/text/index.ts";

interface Outputs {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Null where the text cannot be read or ends in no dense layer. */
function outputsIn(text: string): Outputs | null {
  let network: Layer;
  try {
    network = parseNetwork(text);
  } catch (error) {
    if (error instanceof NetworkTextError) return null;
    throw error;
  }
  const last = itemsOf(network).at(-1)?.layer;
  const size = last?.name === "Linear" ? last.inputs[1] : undefined;
  if (size?.kind !== "scalar" || typeof size.value !== "number") return null;
  return { count: size.value, start: size.start, end: size.end };
}

export function outputsOf(text: string): number | null {
  return outputsIn(text)?.count ?? null;
}

/** The text with another number of outputs; as it is where it ends in no dense layer. */
export function withOutputs(text: string, count: number): string {
  const found = outputsIn(text);
  return found === null ? text : text.slice(0, found.start) + count + text.slice(found.end);
}
