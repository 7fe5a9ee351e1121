// `fovea predict`: what a trained network sees in pictures, drawn in the terminal.
import { readFile, stat } from "node:fs/promises";
import { DataError, interop, models, type nn, setBackend } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { checkpointOf } from "../run/folder.ts";
import { loadData, loadNetwork, probabilities } from "../run/network.ts";
import { bar } from "../terminal/bar.ts";
import { cut, pad, percent } from "../terminal/format.ts";
import { drawImage } from "../terminal/image.ts";
import type { Terminal } from "../terminal/terminal.ts";

const options = {
  run: { type: "text", value: "NAME", defaultText: "the latest", help: "run whose network looks" },
  checkpoint: {
    type: "text",
    value: "FILE",
    defaultText: "last.safetensors of the run",
    help: "another checkpoint",
  },
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
  test: { type: "integer", value: "N", min: 0, help: "also look at image N of the test set" },
  invert: {
    ...{ type: "choice", choices: ["auto", "yes", "no"], default: "auto" },
    help: "make light dark; the data sets show light things on black, auto looks at the border",
  },
  top: {
    type: "integer",
    value: "N",
    min: 1,
    max: 1000,
    default: 5,
    help: "classes shown for each picture",
  },
  json: { type: "flag", help: "a JSON line for each picture" },
} as const satisfies OptionSpecs;

/** Pictures larger than this are no input for such a network. */
const maxFileBytes = 64e6;

interface Picture {
  readonly title: string;
  /** Grey, one byte a pixel, in the network's input size. */
  readonly pixels: Uint8Array;
  /** What it is, if that is known. */
  readonly truth?: string;
}

export const predictCommand = defineCommand({
  name: "predict",
  description:
    "Shows what a trained network takes pictures for. Pictures are PNG files of any size.",
  positionals: [{ name: "IMAGE", help: "PNG files", required: false, many: true }],
  options,
  examples: [
    "fovea predict boot.png",
    "fovea predict --test 0",
    "fovea predict *.png --run lenet --json",
  ],

  async run(values, paths, { terminal }) {
    if (paths.length === 0 && values.test === undefined)
      throw new UsageError("IMAGE is missing: a PNG file, or --test N");
    setBackend("auto");
    const { path, run } = checkpointOf(values["runs-dir"], values.run, values.checkpoint);
    const { net, checkpoint } = await loadNetwork(path);
    const shape = inputShape(checkpoint.model);
    const [, height, width] = shape;
    const invert = values.invert === "auto" ? "auto" : values.invert === "yes";
    const show = async (picture: Picture): Promise<void> => {
      const ranked = await rank(net, picture, shape, checkpoint.classes);
      if (values.json) {
        const { title: image, truth } = picture;
        terminal.line(
          JSON.stringify({ image, ...(truth === undefined ? {} : { truth }), classes: ranked }),
        );
        return;
      }
      for (const line of pictureLines(
        picture,
        ranked.slice(0, values.top),
        width,
        height,
        terminal,
      ))
        terminal.line(line);
      terminal.line();
    };
    // One after the other: the first answer comes at once, and a bad file stops only itself.
    let failed = false;
    for (const file of paths) {
      try {
        const image = interop.decodePng(await readPicture(file));
        await show({ title: file, pixels: interop.toGrayscale28(image, { size: width, invert }) });
      } catch (error) {
        if (paths.length === 1) throw error;
        failed = true;
        terminal.note(`${file}: ${(error as Error).message}`);
      }
    }
    if (values.test !== undefined) {
      const splits = await loadData(run?.settings.data ?? "fashion-mnist", {
        sampleIfMissing: true,
        onProgress: (message) => terminal.note(message),
      });
      await show(testPicture(splits.test, values.test));
    }
    return failed ? 1 : 0;
  },
});

function inputShape({
  name,
  options,
}: {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}) {
  const [channels, ...own] = models.models[name]?.inputShape ?? [1, 28, 28];
  // What it was trained on: a network for larger images resizes by itself.
  const [height, width] = Array.isArray(options.imageSize) ? (options.imageSize as number[]) : own;
  const inChannels = typeof options.inChannels === "number" ? options.inChannels : channels;
  if (inChannels !== 1 || height === undefined || width === undefined || height !== width) {
    throw new DataError(
      `predict shows grey square pictures to a network; this one takes ${inChannels} x ${height} x ${width}`,
    );
  }
  return [1, height, width] as const;
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes)
      throw new DataError(`${path}: ${Math.round(size / 1e6)} MB is too large for a picture`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DataError(
      code === "ENOENT" ? `there is no file ${path}` : `cannot read ${path}: ${message}`,
      { cause },
    );
  }
}

function testPicture(test: Awaited<ReturnType<typeof loadData>>["test"], index: number): Picture {
  if (index >= test.length)
    throw new UsageError(`--test: the test set has images 0 to ${test.length - 1}`);
  const size = test.images.length / test.length;
  const label = test.labels[index] as number;
  const pixels = test.images.subarray(index * size, (index + 1) * size);
  return { title: `${test.name} ${index}`, pixels, truth: test.classes[label] ?? String(label) };
}

interface Answer {
  readonly name: string;
  readonly probability: number;
}

async function rank(
  net: nn.Module,
  { pixels }: Picture,
  shape: readonly [number, number, number],
  names: readonly string[],
): Promise<Answer[]> {
  const { values } = await probabilities(net, pixels, 1, shape);
  return Array.from(values, (probability, i) => ({
    name: names[i] ?? String(i),
    probability,
  })).sort((a, b) => b.probability - a.probability);
}

/** The picture, and beside it, or below where the terminal is narrow, the answers with their bars. */
function pictureLines(
  { title, pixels, truth }: Picture,
  answers: readonly Answer[],
  width: number,
  height: number,
  terminal: Terminal,
): string[] {
  const { look } = terminal;
  const drawn = drawImage(pixels, width, height, 1, look);
  const columns = terminal.columns() - 1;
  const isBeside = columns >= width + 3 + 36;
  const room = isBeside ? columns - width - 3 : columns;
  const nameWidth = Math.min(Math.max(...answers.map(({ name }) => name.length)), room - 16);
  const barWidth = Math.min(Math.max(room - nameWidth - 11, 4), 30);
  const right = truth === undefined ? [] : [`It is: ${truth}`, ""];
  const lines = [
    ...right,
    ...answers.map(({ name, probability }, i) => {
      const text = `${pad(cut(name, nameWidth), nameWidth)} ${pad(percent(probability), 8, "left")} `;
      const shown = terminal.style(bar(probability, barWidth, look, { track: false }), "accent");
      return `${i === 0 ? terminal.style(text, "bold") : text}${shown}`.trimEnd();
    }),
  ];
  const head = terminal.style(cut(title, columns), "bold");
  if (!isBeside) return [head, ...drawn, ...lines];
  const top = Math.max(0, Math.floor((drawn.length - lines.length) / 2));
  const rows = Array.from({ length: Math.max(drawn.length, top + lines.length) }, (_, i) =>
    `${pad(drawn[i] ?? "", width)}   ${lines[i - top] ?? ""}`.trimEnd(),
  );
  return [head, ...rows];
}
