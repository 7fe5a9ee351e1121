// npm run bench [-- NAME… options]: measures Fovea beside its peers, in turns, after their outputs were compared.
import "../scripts/quietPipe.ts";
import { commandHelp } from "../cli/help.ts";
import { parseOptions, UsageError } from "../cli/options.ts";
import { nearest } from "../src/tensor/errors.ts";
import { benchCommand, knownNames } from "./command.ts";

export type { Benchmark, Measurement } from "./benchmark.ts";

const usage = "npm run bench -- ";

function explain(error: unknown): string {
  if (error instanceof UsageError) {
    const near = error.word === undefined ? undefined : nearest(error.word, error.candidates);
    const hint = near === undefined ? "" : `\n  hint     did you mean ${near}?`;
    return `bench: ${error.message}${hint}\n  help     ${usage}--help`;
  }
  const text = error instanceof Error ? error.message : String(error);
  return (process.env.DEBUG ?? "") === "" || !(error instanceof Error) ? text : `${error.stack}`;
}

async function main(words: readonly string[]): Promise<number> {
  const { options: specs, positionals: takes } = benchCommand;
  if (words.includes("--help") || words.includes("-h")) {
    const text = commandHelp(benchCommand);
    process.stdout.write(`${text.replace("fovea bench ", usage)}\n${knownNames()}\n`);
    return 0;
  }
  const { options, positionals } = parseOptions(words, specs, takes);
  return benchCommand.run(options, positionals);
}

let exitCode: number;
try {
  exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  exitCode = error instanceof UsageError ? 2 : 1;
}
// Worker threads would keep the process; everything that should be written is by then.
process.stdout.write("", () => process.exit(exitCode));
