// Writes a network as the TypeScript that makes it.
import type { Entry, Value } from "./syntax.ts";

const lineWidth = 100;

/**
 * The text of a value: on one line where it fits, otherwise one layer a line.
 * @param indent how many spaces stand before the line on which it begins
 * @example printNetwork({ kind: "scalar", value: true, start: 0, end: 4 }) // "true"
 */
export function printNetwork(value: Value, indent = 0): string {
  const line = oneLine(value);
  const holdsLayers = value.kind === "layer" && value.inputs.some(({ kind }) => kind === "layer");
  if (!holdsLayers && line.length + indent <= lineWidth) return line;
  const inner = " ".repeat(indent + 2);
  const lines = (parts: readonly string[]): string =>
    `${parts.map((part) => `\n${inner}${part},`).join("")}\n${" ".repeat(indent)}`;
  switch (value.kind) {
    case "scalar":
      return line;
    case "array":
      return `[${lines(value.items.map((item) => printNetwork(item, indent + 2)))}]`;
    case "object":
      return `{${lines(value.entries.map((entry) => printEntry(entry, indent + 2)))}}`;
    case "layer": {
      const inputs = value.inputs.map((input) => printNetwork(input, indent + 2));
      return `new ${value.from}.${value.name}(${lines(inputs)})`;
    }
  }
}

function printEntry({ key, value }: Entry, indent: number): string {
  return `${printKey(key)}: ${printNetwork(value, indent)}`;
}

function printKey(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : JSON.stringify(key);
}

function oneLine(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return JSON.stringify(value.value);
    case "array":
      return `[${value.items.map(oneLine).join(", ")}]`;
    case "object": {
      const entries = value.entries.map((each) => `${printKey(each.key)}: ${oneLine(each.value)}`);
      return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
    }
    case "layer":
      return `new ${value.from}.${value.name}(${value.inputs.map(oneLine).join(", ")})`;
  }
}
