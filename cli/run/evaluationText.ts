// The results of an evaluation as lines for a terminal: accuracy, classes, and what was taken for what.
import type { train } from "../../src/index.ts";
import { bar } from "../terminal/bar.ts";
import { count, pad, percent } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

export function evaluationLines(evaluation: train.Evaluation, terminal: Terminal): string[] {
  const { accuracy, loss, count: images } = evaluation;
  return [
    `accuracy ${terminal.style(percent(accuracy), "good")} of ${count(images)} images   loss ${loss.toFixed(4)}`,
    "",
    ...classLines(evaluation, terminal),
    "",
    ...confusionLines(evaluation, terminal),
  ];
}

function classLines({ perClass }: train.Evaluation, terminal: Terminal): string[] {
  const rows = perClass.map(({ name, count: images, recall, precision }) => [
    name,
    percent(recall),
    percent(precision),
    count(images),
    bar(recall ?? 0, 20, terminal.look),
  ]);
  const columns = [
    { title: "class" },
    { title: "recall", align: "right" as const },
    { title: "precision", align: "right" as const },
    { title: "images", align: "right" as const },
    { title: "" },
  ];
  const wide = terminal.columns() >= 70;
  return table(wide ? columns : columns.slice(0, 3), rows);
}

/** The whole matrix if it fits, else the most frequent mistakes. */
function confusionLines({ perClass, confusion }: train.Evaluation, terminal: Terminal): string[] {
  const names = perClass.map(({ name }) => name);
  const longest = Math.max(...names.map((name) => name.length));
  const width = Math.max(...confusion.flat().map((value) => count(value).length), 4);
  if (longest + names.length * (width + 1) > terminal.columns() - 1) {
    return ["most frequent mistakes", ...mistakes(confusion, names).slice(0, 8)];
  }
  const header = names.map((name) => pad(name.slice(0, width), width, "left")).join(" ");
  return [
    `${"truth, by row".padEnd(longest)} ${header}`,
    ...confusion.map((row, truth) => {
      const cells = row.map((value, predicted) => {
        const text = pad(value === 0 ? "·" : count(value), width, "left");
        return truth === predicted
          ? terminal.style(text, "good")
          : value === 0
            ? terminal.style(text, "dim")
            : text;
      });
      return `${(names[truth] ?? "").padEnd(longest)} ${cells.join(" ")}`;
    }),
  ];
}

function mistakes(confusion: train.Confusion, names: readonly string[]): string[] {
  const found = confusion.flatMap((row, truth) =>
    row.map((value, predicted) => ({ truth, predicted, value: truth === predicted ? 0 : value })),
  );
  return found
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(
      ({ truth, predicted, value }) =>
        `  ${names[truth]} taken for ${names[predicted]}: ${count(value)}`,
    );
}
