#!/usr/bin/env node
// The command `fovea`: finds the command that is meant, gives it its options, and turns what it
// returns or throws into text and an exit code.
import { nearest, OptionError } from "../src/tensor/errors.ts";
import type { ExitCode } from "./command.ts";
import { commands } from "./commands.ts";
import { commandWords } from "./commandWords.ts";
import { commandHelp, mainHelp } from "./help.ts";
import { type OptionSpecs, parseOptions, UsageError } from "./options.ts";
import { ownName } from "./ownName.ts";
import "./run/usualBackend.ts";
import { version } from "./run/settings.ts";
import { closedPipe, openTerminal, type Terminal } from "./terminal/terminal.ts";

async function main(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const listed = commands.filter(({ isInternal }) => !isInternal);
  const [name, ...rest] = words.filter((word) => word !== "--no-color");
  if (name === "help" && rest[0] !== undefined) return main([rest[0], "--help"], terminal);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    // Called without a word, it could not do what was meant: that is the help, and exit code 2.
    terminal.write(mainHelp(listed));
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    terminal.line(version());
    return 0;
  }
  const entry = commands.find((command) => command.name === name);
  if (entry === undefined) {
    const kind = name.startsWith("-") ? "option" : "command";
    const candidates = [
      ...listed.map((command) => command.name),
      "--help",
      "--version",
      "--no-color",
    ];
    throw new UsageError(`unknown ${kind} ${name}`, name, candidates);
  }
  const command = await entry.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.write(commandHelp(command));
    return 0;
  }
  const specs: OptionSpecs = command.options;
  const { options, positionals, given } = parseOptions(rest, specs, command.positionals);
  return command.run(options, positionals, { terminal, given });
}

/** What went wrong, for people: no stack, unless DEBUG asks for it. */
function explain(error: unknown, words: readonly string[]): string {
  if (error instanceof UsageError) {
    const command = commands.find(({ name }) => name === words[0])?.name;
    const near = error.word === undefined ? undefined : nearest(error.word, error.candidates);
    const hint = near === undefined ? "" : `\n  hint     did you mean ${near}?`;
    const help = `\n  help     ${[ownName(), command, "--help"].filter(Boolean).join(" ")}`;
    return `fovea${command === undefined ? "" : ` ${command}`}: ${error.message}${hint}${help}`;
  }
  if (!(error instanceof Error)) return String(error);
  const said = commandWords(error.message);
  const text = error.name === "Error" ? said : `${error.name}: ${said}`;
  return ["", "0"].includes(process.env.DEBUG ?? "") ? text : `${text}\n\n${error.stack ?? ""}`;
}

const words = process.argv.slice(2);
const terminal = openTerminal({ color: !words.includes("--no-color") });
let exitCode: ExitCode;
try {
  exitCode = await main(words, terminal);
} catch (error) {
  terminal.note(explain(error, words));
  exitCode = error instanceof UsageError || error instanceof OptionError ? 2 : 1;
}
// Worker threads and timers would keep the process; everything that should be written is by now.
process.stdout.write("", (error) => {
  process.exit(error != null && exitCode === 0 ? closedPipe : exitCode);
});
