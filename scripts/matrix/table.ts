// What the matrix says: a line for each row, and the table at the end.
import type { Row } from "./rows.ts";
import type { Outcome } from "./work.ts";

export interface Done {
  readonly row: Row;
  readonly outcome: Outcome;
  readonly seconds: number;
}

const titles = [
  "engine",
  "backend",
  "instructions",
  "threads",
  "what",
  "passed",
  "failed",
  "skipped",
  "seconds",
];

function cells({ row, outcome, seconds }: Done): string[] {
  const { passed, failures, skipped } = outcome;
  const counts = [passed, failures.length, skipped.length, Math.round(seconds)].map(String);
  return [row.engine, row.backend, row.instructions, String(row.threads), row.work, ...counts];
}

/** One row as it ends, in columns. */
export function line(done: Done): string {
  const widths = [10, 7, 12, 9, 8, 7, 7, 7, 7];
  const verdict = done.outcome.failures.length === 0 ? "ok  " : "FAIL";
  const columns = cells(done).map((cell, i) =>
    i < 5 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
  );
  return [verdict, ...columns].join("  ");
}

/** All rows, in Markdown. */
export function markdown(rows: readonly Done[]): string {
  const rule = titles.map((_, i) => (i < 5 ? "---" : "---:"));
  return [titles, rule, ...rows.map(cells)].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Faults of trainings that should have the same bits: same backend and instructions, whatever engine and threads. */
export function bitFaults(rows: readonly Done[]): string[] {
  const kinds = new Map<string, Map<string, string[]>>();
  for (const { row, outcome } of rows) {
    if (outcome.bits === undefined) continue;
    const kind = `${row.backend}, ${row.instructions}`;
    const groups = kinds.get(kind) ?? new Map<string, string[]>();
    kinds.set(kind, groups);
    const where = `Node ${row.engine} on ${row.threads}`;
    groups.set(outcome.bits, [...(groups.get(outcome.bits) ?? []), where]);
  }
  return [...kinds]
    .filter(([, groups]) => groups.size > 1)
    .map(([kind, groups]) => {
      const sides = [...groups].map(([bits, places]) => `    ${bits}  ${places.join(", ")}`);
      return `trained with ${kind}: the bits differ\n${sides.join("\n")}`;
    });
}
