// Tables of plain text: columns as wide as their widest cell, numbers to the right.
import { pad, visibleLength } from "./format.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** The lines of a table, header first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => visibleLength(row[i] ?? ""))));
  return all.map((row) =>
    columns
      .map(({ align }, i) =>
        pad(row[i] ?? "", widths[i] as number, align === "right" ? "left" : "right"),
      )
      .join("  ")
      .trimEnd(),
  );
}
