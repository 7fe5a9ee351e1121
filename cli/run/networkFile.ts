// A network that is written as text in a file, as the studio's page Build shows it: `fovea train mine.ts`.
import { readFile, stat } from "node:fs/promises";
import { DataError, FormatError, inspect, models, type nn, OptionError } from "../../src/index.ts";
import { checkModelName, modelNames } from "./names.ts";

/** The name that networks have which are written as text. */
export const ownModel = "text";

/** What a command is told of a network. */
export interface NamedModel {
  readonly model: string;
  /** Options that the word itself stands for: the text of a file. */
  readonly options: Readonly<Record<string, string>>;
  /** What a run of it is called. */
  readonly title: string;
}

/** What stands for MODEL in the help. */
export const modelHelp = `${modelNames.join(", ")}, or a file with a network as text`;

/**
 * The network that a word of the command line means: the name of one, or a file.
 * @throws UsageError for a name that does not exist, FormatError for a mistake in the file
 */
export async function namedModel(word: string): Promise<NamedModel> {
  if (!/[\\/]|\.([cm]?[jt]s|txt)$/.test(word)) {
    checkModelName(word);
    return { model: word, options: {}, title: word };
  }
  const text = await readNetwork(word);
  // As a part of a run's name.
  const name = (word.split(/[\\/]/).at(-1) ?? "").replace(/\.\w+$/, "").replace(/[^\w-]/g, "");
  return { model: ownModel, options: { text }, title: /^\w/.test(name) ? name : "own" };
}

/** The network in a file, which may be a whole program: checked, and as it stands there. */
async function readNetwork(path: string): Promise<string> {
  let text: string;
  try {
    // A film is not read to say that it is no network.
    const { size } = await stat(path);
    if (size > 1_000_000) throw new DataError(`${path}: too large for the text of a network`);
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw code === "ENOENT"
      ? new DataError(`there is no file ${path}`, { hint: `or a name: ${modelNames.join(", ")}` })
      : new DataError(`cannot read ${path}`, {
          facts: [{ name: "system", value: code ?? message }],
        });
  }
  try {
    const { net, places } = models.buildNetwork(text);
    const { start, end } = places.get(net) as models.Span;
    return text.slice(start, end);
  } catch (error) {
    if (!(error instanceof models.NetworkTextError)) throw error;
    const { line, column, message } = error;
    throw new FormatError(`${path}:${line}:${column}: ${message}`, { cause: error });
  }
}

/**
 * Does a network that was written as text fit the data? The named ones are made for it.
 * @throws OptionError that says what it gives instead, ShapeError for the layer that does not fit
 */
export function checkOwnModel(
  net: nn.Module,
  imageShape: readonly [number, number, number],
  classes: readonly string[],
): void {
  const { layers } = inspect.summary(net, [1, ...imageShape]);
  const output = layers.at(-1)?.outputShape ?? [1, ...imageShape];
  if (output.length === 2 && output[1] === classes.length) return;
  throw new OptionError("the network does not answer with a number for each class", {
    facts: [
      { name: "classes", value: String(classes.length) },
      { name: "output", value: `[${output.join(", ")}]`, remark: "for one image" },
    ],
    hint: `end it with new nn.Linear(…, ${classes.length})`,
  });
}
