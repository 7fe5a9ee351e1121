// What a training step keeps in memory, as a table that fits the terminal.
import { checkOptions } from "../tensor/errors.ts";
import type { MemoryUse, TemporaryValue } from "./memoryUse.ts";
import { bytesText, numberColumn, percentText, textTable, wrapped } from "./textTable.ts";

export interface FormatMemoryUseOptions {
  /** Characters that a line may have (default: as many as it takes). */
  readonly columns?: number;
  /** Values that are listed, the largest (default 12). */
  readonly rows?: number;
}

const kinds = { forward: "activation", backward: "gradient", update: "optimizer" } as const;

/**
 * What a training step keeps in memory, for people: what it consists of, the values that are there when most is in use,
 * and the kernel at which that is.
 * @param options columns: characters in a line; rows: values listed
 * @throws OptionError for unknown options
 * @example
 * const use = memoryUse(lenet(), { inputShape: [1, 28, 28], batchSize: 16, optimizer: sgd({ lr: 0.1 }) });
 * formatMemoryUse(use, { columns: 60 }).split("\n").every((line) => line.length <= 60) // true
 */
export function formatMemoryUse(use: MemoryUse, options: FormatMemoryUseOptions = {}): string {
  checkOptions("formatMemoryUse", options, ["columns", "rows"]);
  const { columns: limit = Number.POSITIVE_INFINITY, rows = 12 } = options;
  const { estimate, peak, timeline } = use;
  const listed = peak.values.slice(0, rows);
  const rest = peak.values.slice(rows);
  const restBytes = rest.reduce((sum, { bytes }) => sum + bytes, 0);
  const column = (title: string, text: (value: TemporaryValue) => string) =>
    numberColumn(listed, title, text);
  const columns = [
    column("bytes", ({ bytes }) => bytesText(bytes)),
    column("share", ({ bytes }) => percentText(bytes / peak.bytes)),
    column("stages", ({ from, to }) => `${from}-${to}`),
  ];
  return [
    ...textTable(
      [{ title: "bytes", cells: partsOf(use).map(([, bytes]) => bytesText(bytes) || "0 B") }],
      ["training takes", ...partsOf(use).map(([name]) => name)],
      limit,
    ),
    "",
    ...wrapped(
      [
        `Temporaries share ${bytesText(estimate.temporaries) || "0 B"}. Most is in use at stage ${peak.stage} of ${timeline.length}:`,
        `${bytesText(peak.activations) || "0 B"} of activations, ${bytesText(peak.gradients) || "0 B"} of gradients,`,
        `${bytesText(peak.others) || "0 B"} of others, while it computes ${peak.kernels.join("; ")}.`,
      ],
      limit,
    ),
    "",
    ...textTable(columns, ["value", ...listed.map(wordsFor)], limit),
    ...(rest.length === 0 ? [] : [`${rest.length} more, ${bytesText(restBytes)}`]),
  ].join("\n");
}

function partsOf({ estimate }: MemoryUse): [name: string, bytes: number][] {
  const { network, optimizer, snapshot, data, temporaries, total } = estimate;
  return [
    ["parameters and running statistics", network],
    ["the optimizer's state", optimizer],
    ["a copy of both to go back to", snapshot],
    ...(data === 0 ? [] : [["images and labels", data] satisfies [string, number]]),
    ["temporaries: activations and gradients", temporaries],
    ["total", total],
  ];
}

function wordsFor({ path, op, phase }: TemporaryValue): string {
  return `${path === "" ? "" : `${path} `}${op} (${kinds[phase]})`;
}
