// The results of an evaluation as lines for a terminal: accuracy, classes, and what was taken for what.
import { train } from "../../src/index.ts";
import { bar } from "../terminal/bar.ts";
import { count, pad, percent } from "../terminal/format.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

export function evaluationLines(
  evaluation: train.Evaluation,
  terminal: Terminal,
  { perClass }: { readonly perClass: boolean },
): string[] {
  const { accuracy, loss, count: images, topK = {} } = evaluation;
  const best = Object.entries(topK).map(
    ([k, share]) => `   among the first ${k} ${percent(share)}`,
  );
  return [
    `accuracy ${terminal.style(percent(accuracy), "good")} of ${count(images)} images   loss ${loss.toFixed(4)}${best.join("")}`,
    "",
    ...(perClass ? [...classLines(evaluation, terminal), ""] : []),
    ...confusionLines(evaluation, terminal),
  ];
}

/** Precision, recall and F1 of each class; their means below. */
function classLines({ perClass, confusion }: train.Evaluation, terminal: Terminal): string[] {
  const names = perClass.map(({ name }) => name);
  const report = train.classMetrics(confusion, names);
  const rows = report.perClass.map(({ name, count: images, recall, precision, f1 }) => [
    name,
    percent(recall),
    percent(precision),
    percent(f1),
    count(images),
    bar(recall ?? 0, 20, terminal.look),
  ]);
  const { recall, precision, f1 } = report.macro;
  const images = count(perClass.reduce((sum, one) => sum + one.count, 0));
  rows.push(["mean of classes", percent(recall), percent(precision), percent(f1), images, ""]);
  const columns: Column[] = [
    { title: "class" },
    { title: "recall", align: "right" },
    { title: "precision", align: "right" },
    { title: "F1", align: "right" },
    { title: "images", align: "right" },
    { title: "" },
  ];
  const room = terminal.columns();
  return table(columns.slice(0, room >= 76 ? 6 : room >= 54 ? 5 : 3), rows);
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
