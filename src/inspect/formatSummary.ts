// A network's summary as a table that fits the terminal.
import { checkOptions } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { LayerSummary, NetworkSummary } from "./summary.ts";

export interface FormatSummaryOptions {
  /** Characters that a line may have (default: as many as it takes). */
  readonly columns?: number;
}

/** One column, its cells already text. The last cell is the total. */
interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly isNumber?: true;
}

/** The layer column keeps at least this many characters; before, other columns go. */
const leastLayerWidth = 12;

/**
 * A summary as a table for people: layer, output shape, parameters, multiply-adds, memory of the output, and the height
 * and width of what one output pixel sees. Where lines are short, numbers are rounded, layers cut, and at last columns left out.
 *
 * @param options columns: characters in a line
 * @throws OptionError for unknown options
 * @example
 * const table = formatSummary(summary(lenet(), [1, 1, 28, 28]), { columns: 80 });
 * table.split("\n").every((line) => line.length <= 80) // true
 */
export function formatSummary(summary: NetworkSummary, options: FormatSummaryOptions = {}): string {
  checkOptions("formatSummary", options, ["columns"]);
  const { columns: limit = Number.POSITIVE_INFINITY } = options;
  let columns = columnsOf(summary, false);
  if (widthOf(columns) > limit) {
    // What one pixel sees goes first, then memory, then work.
    const short = columnsOf(summary, true);
    columns = cutLayers(short, limit);
    for (let count = short.length - 1; count >= 4 && widthOf(columns) > limit; count--) {
      columns = cutLayers(short.slice(0, count), limit);
    }
  }
  const lines = Array.from({ length: summary.layers.length + 3 }, (_, row) =>
    columns
      .map((column) => cell(column, row))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...totals(summary, limit)].join("\n");
}

function columnsOf({ inputShape, layers, ...sums }: NetworkSummary, isShort: boolean): Column[] {
  const count = isShort ? rounded : grouped;
  const shape = (sizes: readonly number[]) => (isShort ? sizes.join("x") : formatShape(sizes));
  const each = (text: (layer: LayerSummary) => string) => layers.map(text);
  const field = ({ receptiveField }: LayerSummary) => receptiveField?.join("x") ?? "";
  return [
    { title: "", cells: ["", ...each(({ path }) => path), ""] },
    { title: "layer", cells: ["input", ...each(describe), "total"] },
    { title: "output", cells: [shape(inputShape), ...each((l) => shape(l.outputShape)), ""] },
    number(
      "parameters",
      "params",
      each((l) => count(l.parameters)),
      count(sums.parameters),
    ),
    number(
      "multiply-adds",
      "mul-adds",
      each((l) => count(l.multiplyAdds)),
      count(sums.multiplyAdds),
    ),
    number(
      "memory",
      "memory",
      each((l) => formatBytes(l.outputBytes)),
      formatBytes(sums.memory.activations),
    ),
    number("sees", "sees", each(field), ""),
  ];

  function number(long: string, short: string, cells: string[], total: string): Column {
    return { title: isShort ? short : long, cells: ["", ...cells, total], isNumber: true };
  }
}

function describe({ type, details }: LayerSummary): string {
  return details === "" ? type : `${type}(${details})`;
}

/** The layer column cut so that the lines fit, if it can be. */
function cutLayers(columns: readonly Column[], limit: number): Column[] {
  const excess = widthOf(columns) - limit;
  if (excess <= 0) return [...columns];
  return columns.map((column) => {
    if (column.title !== "layer") return column;
    const width = Math.max(leastLayerWidth, columnWidth(column) - excess);
    const cells = column.cells.map((text) =>
      text.length > width ? `${text.slice(0, width - 1)}…` : text,
    );
    return { ...column, cells };
  });
}

function columnWidth({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map((text) => text.length));
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + columnWidth(column) + 2, -2);
}

function cell(column: Column, row: number): string {
  const text = row === 0 ? column.title : (column.cells[row - 1] ?? "");
  const width = columnWidth(column);
  return column.isNumber ? text.padStart(width) : text.padEnd(width);
}

/** What the network holds in memory, a line each where they do not fit into one. */
function totals({ memory }: NetworkSummary, limit: number): string[] {
  const parts = [
    `parameters ${formatBytes(memory.parameters)}`,
    `activations ${formatBytes(memory.activations)}`,
    `a training step about ${formatBytes(memory.trainingStep)}`,
    "and the optimizer's state",
  ];
  const line = `${parts.slice(0, 3).join(", ")} ${parts[3]}`;
  return ["", ...(line.length <= limit ? [line] : parts)];
}

function grouped(count: number): string {
  return count === 0 ? "" : count.toLocaleString("en-US");
}

/** Three digits: 416520 is 417k. */
function rounded(count: number): string {
  if (count < 1000) return grouped(count);
  const units = ["", "k", "M", "G", "T"];
  const unit = Math.min(Math.floor(Math.log10(count * 1.0005) / 3), units.length - 1);
  const value = count / 1000 ** unit;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}${units[unit]}`;
}

function formatBytes(bytes: number): string {
  return bytes === 0
    ? ""
    : bytes < 1000
      ? `${bytes} B`
      : rounded(bytes).replace(/([kMGT])/, " $1B");
}
