// What a command is: how it is called, what it takes, and what it does.
import type { OptionSpecs, OptionValues, PositionalSpec } from "./options.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Exit codes: 0 done, 1 failed, 2 called wrongly, 128 + n stopped by signal n. */
export type ExitCode = number;

export interface CommandContext {
  readonly terminal: Terminal;
  /** Names of the options that stood on the command line. */
  readonly given: ReadonlySet<string>;
}

export interface Command<Specs extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  readonly description: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: Specs;
  readonly examples: readonly string[];
  run(
    options: OptionValues<Specs>,
    positionals: readonly string[],
    context: CommandContext,
  ): Promise<ExitCode>;
}

/** Types a command's `run` by the options it declares. */
export function defineCommand<const Specs extends OptionSpecs>(
  command: Command<Specs>,
): Command<Specs> {
  return command;
}
