// Help texts, made from what the commands declare.
import type { Command } from "./command.ts";
import { type OptionSpec, type OptionSpecs, placeholder } from "./options.ts";

const width = 96;

/** `fovea COMMAND --help`. */
export function commandHelp(command: Command): string {
  const positionals = command.positionals.map(({ name, required, many }) => {
    const word = many ? `${name}...` : name;
    return required ? word : `[${word}]`;
  });
  const usage = ["fovea", command.name, ...positionals, "[options]"].join(" ");
  const parts = [`Usage: ${usage}`, command.description];
  if (command.positionals.length > 0) {
    parts.push(`Arguments:\n${rows(command.positionals.map(({ name, help }) => [name, help]))}`);
  }
  parts.push(`Options:\n${rows(optionRows(command.options))}`);
  if (command.examples.length > 0) {
    parts.push(`Examples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  }
  return `${parts.join("\n\n")}\n`;
}

/** `fovea --help`. */
export function mainHelp(
  commands: readonly { readonly name: string; readonly summary: string }[],
): string {
  return `Fovea: convolutional neural networks in TypeScript.

Usage: fovea COMMAND [options]

Commands:
${rows(commands.map(({ name, summary }) => [name, summary]))}

Options:
${rows([
  ["-h, --help", "this text, or after a command the help of that command"],
  ["    --version", "the version"],
  ["    --no-color", "no colours (also: set NO_COLOR)"],
])}
`;
}

function optionRows(specs: OptionSpecs): (readonly [string, string])[] {
  return Object.entries(specs).map(([name, spec]) => {
    const short = spec.short === undefined ? "   " : `-${spec.short},`;
    const word = spec.type === "group" ? `${name}.NAME` : name;
    const words = `${short} --${word} ${placeholder(spec)}`.trimEnd();
    const standard = defaultOf(spec);
    return [words, standard === undefined ? spec.help : `${spec.help} (default ${standard})`];
  });
}

function defaultOf(spec: OptionSpec): string | undefined {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return "default" in spec && spec.default !== undefined ? String(spec.default) : undefined;
}

/** Two columns, the second one wrapped. */
function rows(pairs: readonly (readonly [string, string])[]): string {
  const first = Math.min(Math.max(...pairs.map(([left]) => left.length)), 34);
  return pairs
    .flatMap(([left, right]) => {
      const lines = wrap(right, width - first - 4);
      const start = left.length > first ? [`  ${left}`, ""] : [];
      const head = left.length > first ? "" : left;
      const body = lines.map((line, i) => `  ${(i === 0 ? head : "").padEnd(first)}  ${line}`);
      return [...start.slice(0, 1), ...body];
    })
    .join("\n");
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
