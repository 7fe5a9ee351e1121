// `fovea predict`: what a trained network sees in pictures, drawn in the terminal.
import { data } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { backendOptions, computeAsAsked } from "../run/backend.ts";
import { checkDataName, loadTestData } from "../run/data.ts";
import { imageShapeOf, probabilities } from "../run/network.ts";
import { type PictureReader, pictureFiles, pictureReader, type Seen } from "../run/pictures.ts";
import { loadTrained, type Trained, trainedOptions } from "../run/trained.ts";
import { bar } from "../terminal/bar.ts";
import { cut, pad, percent } from "../terminal/format.ts";
import { drawImage } from "../terminal/image.ts";
import type { Terminal } from "../terminal/terminal.ts";

const options = {
  run: {
    ...{ type: "text", value: "NAME", defaultText: "the latest" },
    help: "run whose network looks, or a checkpoint",
  },
  ...trainedOptions,
  test: { type: "integer", value: "N", min: 0, help: "also look at image N of the test set" },
  invert: {
    ...{ type: "choice", choices: ["auto", "yes", "no"], default: "auto" },
    help:
      "make light dark; auto looks at the border where the network learnt from light things on black, " +
      "and leaves other pictures as they are",
  },
  top: {
    ...{ type: "integer", value: "N", min: 1, max: 1000, default: 5 },
    help: "classes shown for each picture; with --json all unless given",
  },
  ...backendOptions,
  json: { type: "flag", help: "a JSON line for each picture" },
} as const satisfies OptionSpecs;

export const predictCommand = defineCommand({
  name: "predict",
  description:
    "Shows what a trained network takes pictures for. Pictures are PNG or JPEG files of any size;\n" +
    "WebP, AVIF, GIF and TIFF need the npm package sharp. The checkpoint knows all else.",
  positionals: [{ name: "IMAGE", help: "files, or folders of them", required: false, many: true }],
  options,
  examples: [
    "fovea predict boot.jpg",
    "fovea predict --test 0",
    "fovea predict photos --run runs/lenet/best.safetensors --json",
  ],

  async run(values, paths, { terminal, given }) {
    if (paths.length === 0 && values.test === undefined)
      throw new UsageError("IMAGE is missing: a PNG or JPEG file, a folder, or --test N");
    await computeAsAsked(values);
    const trained = await loadTrained(values.run, values);
    const read = pictureReader(trained, values.invert as Parameters<typeof pictureReader>[1]);
    const show = async (picture: Seen, isDrawn: boolean): Promise<void> => {
      const ranked = await rank(trained, picture);
      // Programs get all of them unless they say how many.
      const shown = values.json && !given.has("top") ? ranked : ranked.slice(0, values.top);
      if (values.json) {
        const { title: image, truth } = picture;
        const known = truth === undefined ? {} : { truth };
        terminal.line(JSON.stringify({ image, ...known, classes: shown }));
      } else if (isDrawn) {
        for (const line of pictureLines(picture, shown, terminal)) terminal.line(line);
        terminal.line();
      } else {
        const answers = shown.map(({ name, probability }) => `${name} ${percent(probability)}`);
        terminal.line(`${picture.title}   ${answers.join(", ")}`);
      }
    };
    const failed = await showFiles(paths, read, show, terminal);
    if (values.test !== undefined)
      await show(await testPicture(trained, values.test, terminal), true);
    return failed ? 1 : 0;
  },
});

/** One after the other: the first answer comes at once, and a bad file stops only itself. */
async function showFiles(
  paths: readonly string[],
  read: PictureReader,
  show: (picture: Seen, isDrawn: boolean) => Promise<void>,
  terminal: Terminal,
): Promise<boolean> {
  let failed = false;
  for (const path of paths) {
    const { files, isFolder } = await pictureFiles(path);
    for (const file of files) {
      try {
        // Of a whole folder, a line each.
        await show(await read(file), !isFolder);
      } catch (error) {
        if (paths.length === 1 && !isFolder) throw error;
        failed = true;
        const { message } = error as Error;
        terminal.note(message.startsWith(file) ? message : `${file}: ${message}`);
      }
    }
  }
  return failed;
}

/** An image of the test part of what the network was trained on. */
async function testPicture(
  { checkpoint, settings }: Trained,
  index: number,
  terminal: Terminal,
): Promise<Seen> {
  checkDataName(settings.data);
  const [channels, ...size] = imageShapeOf(checkpoint.model);
  const { test, close } = await loadTestData(settings, {
    ...{ channels, size, classes: checkpoint.classes, isOwn: true, sampleIfMissing: true },
    onProgress: (message) => terminal.note(message),
  });
  try {
    if (index >= test.length)
      throw new UsageError(`--test: the test set has images 0 to ${test.length - 1}`);
    const pixels = await pixelsOf(test, index);
    const label = test.labels[index] as number;
    const [height, width] = size;
    const truth = test.classes[label] ?? String(label);
    return { title: `${test.name} ${index}`, channels, height, width, data: pixels, truth };
  } finally {
    close();
  }
}

async function pixelsOf(test: data.Dataset, index: number): Promise<Uint8Array> {
  if (!data.isStreamed(test)) return data.subset(test, [index]).images;
  for await (const { images } of test.batches(Int32Array.of(index), 1, { seed: 0, epoch: 0 }))
    return images.slice();
  throw new Error("a batch of one image is missing");
}

interface Answer {
  readonly name: string;
  readonly probability: number;
}

async function rank({ net, checkpoint }: Trained, picture: Seen): Promise<Answer[]> {
  const { channels, height, width, data: pixels } = picture;
  const shape = [channels, height, width] as const;
  const { values } = await probabilities(net, pixels, 1, shape, checkpoint.normalize);
  return Array.from(values, (probability, i) => ({
    name: checkpoint.classes[i] ?? String(i),
    probability,
  })).sort((a, b) => b.probability - a.probability);
}

/** The picture, and beside it, or below where the terminal is narrow, the answers with their bars. */
function pictureLines(picture: Seen, answers: readonly Answer[], terminal: Terminal): string[] {
  const { title, truth } = picture;
  const { look } = terminal;
  const { width, lines: drawn } = drawPicture(picture, terminal);
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

/** Most columns that a picture is given. */
const mostColumns = 48;

function drawPicture(
  { channels, height, width, data: pixels }: Seen,
  terminal: Terminal,
): { readonly width: number; readonly lines: string[] } {
  const across = Math.min(width, mostColumns, Math.max(terminal.columns() - 1, 1));
  const scale = across / width;
  const shown =
    scale === 1
      ? { channels, height, width, data: pixels }
      : data.transforms.functional.resize({ channels, height, width, data: pixels }, [
          Math.max(1, Math.round(height * scale)),
          across,
        ]);
  const lines = drawImage(shown.data, shown.width, shown.height, shown.channels, terminal.look);
  return { width: across, lines };
}
