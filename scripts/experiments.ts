// npm run experiments [-- ID …]: runs the experiments of examples/experiments, all or those named, prints
// their pictures and a table of what was expected and what came out, and fails if anything differs.
import "./quietPipe.ts";
import { table } from "../cli/terminal/table.ts";
import {
  type Experiment,
  format,
  passes,
  type Result,
} from "../examples/experiments/experiment.ts";
import { experiments } from "../examples/experiments/index.ts";

const columns = [
  { title: "id" },
  { title: "experiment" },
  { title: "expected" },
  { title: "got" },
  { title: "ok" },
];

async function main(): Promise<number> {
  const asked = process.argv.slice(2).map((id) => id.toUpperCase());
  const known = experiments.map(({ id }) => id);
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    console.log(`usage: npm run experiments [-- ID …]\n\nIDs: ${known.join(" ")}`);
    return unknown.every((id) => id === "--HELP") ? 0 : 2;
  }
  const chosen = experiments.filter(({ id }) => asked.length === 0 || asked.includes(id));
  const rows: string[][] = [];
  let failures = 0;
  for (const experiment of chosen) {
    const { checks, picture = [] } = await experiment.run().catch(failed);
    if (picture.length > 0) printPicture(experiment, picture);
    rows.push([experiment.id, experiment.title]);
    for (const check of checks) {
      if (!passes(check)) failures++;
      rows.push([
        "",
        `  ${check.what}`,
        cut(format(check.expected)),
        cut(format(check.got)),
        passes(check) ? "ok" : "WRONG",
      ]);
    }
  }
  console.log(table(columns, rows).join("\n"));
  const { length } = rows.filter((row) => row.length > 2);
  console.log(`\n${chosen.length} experiments, ${length} results, ${failures} wrong`);
  return failures === 0 ? 0 : 1;
}

/** An experiment that throws counts as one wrong result. */
function failed(error: unknown): Result {
  const expected = { text: "no error", holds: false };
  const what = error instanceof Error ? error.message : String(error);
  return { checks: [{ what, got: Number.NaN, expected, tolerance: 0 }] };
}

function printPicture({ id, title }: Experiment, lines: readonly string[]): void {
  console.log(`${id}  ${title}\n`);
  for (const line of lines) console.log(`  ${line}`.trimEnd());
  console.log();
}

function cut(text: string): string {
  return text.length > 44 ? `${text.slice(0, 43)}…` : text;
}

process.exitCode = await main();
