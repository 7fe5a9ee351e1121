// `fovea data`: fetches a data set and shows what is in it.
import type { data } from "../../src/index.ts";
import { defineCommand } from "../command.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
import { loadData } from "../run/data.ts";
import { datasetNames } from "../run/names.ts";
import { count, cut, pad } from "../terminal/format.ts";
import { drawImage } from "../terminal/image.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

const options = {
  offline: { type: "flag", help: "never use the network" },
  json: { type: "flag", help: "the description as one JSON object" },
} as const satisfies OptionSpecs;

export const dataCommand = defineCommand({
  name: "data",
  description: "Fetches a data set into the cache, and shows its classes with an image of each.",
  positionals: [{ name: "NAME", help: datasetNames.join(", "), required: true }],
  options,
  examples: ["fovea data fashion-mnist"],

  async run({ offline, json }, [name = ""], { terminal }) {
    if (!datasetNames.includes(name)) {
      throw new UsageError(
        `unknown data set ${name} (known: ${datasetNames.join(", ")})`,
        name,
        datasetNames,
      );
    }
    const splits = await loadData(name, {
      offline,
      onProgress: (message) => terminal.note(message),
    });
    const { train, test, origin } = splits;
    const { classes, imageShape } = train;
    const [trainCounts, testCounts] = [perClass(train), perClass(test)];
    if (json) {
      const parts = {
        train: { images: train.length, perClass: trainCounts },
        test: { images: test.length, perClass: testCounts },
      };
      terminal.line(JSON.stringify({ name, origin, imageShape, classes, ...parts }));
      return 0;
    }
    terminal.line(terminal.style(name, "bold"));
    terminal.line(
      `${count(train.length)} training and ${count(test.length)} test images, ${imageShape.join("x")}, from: ${origin}`,
    );
    terminal.line();
    const columns = [
      { title: "", align: "right" as const },
      { title: "class" },
      { title: "train", align: "right" as const },
      { title: "test", align: "right" as const },
    ];
    const rows = classes.map((title, i) => [
      String(i),
      title,
      count(trainCounts[i] ?? 0),
      count(testCounts[i] ?? 0),
    ]);
    for (const line of table(columns, rows)) terminal.line(line);
    terminal.line();
    for (const line of gallery(train, terminal)) terminal.line(line);
    return 0;
  },
});

/** How many images each class has. */
function perClass({ classes, labels }: data.ImageDataset): number[] {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** The first image of each class at half size, as many side by side as fit. */
function gallery(set: data.ImageDataset, terminal: Terminal): string[] {
  const [channels, height, width] = set.imageShape;
  const size = channels * height * width;
  const gap = 2;
  const across = Math.max(1, Math.floor((terminal.columns() - 1 + gap) / (width / 2 + gap)));
  const pictures = set.classes.map((title, label) => {
    const index = set.labels.indexOf(label);
    const pixels = set.images.subarray(index * size, index * size + height * width);
    const lines = drawImage(halved(pixels, width, height), width / 2, height / 2, 1, terminal.look);
    return [cut(title, width / 2), ...lines];
  });
  const lines: string[] = [];
  for (let start = 0; start < pictures.length; start += across) {
    const row = pictures.slice(start, start + across);
    const rows = Math.max(...row.map((picture) => picture.length));
    for (let i = 0; i < rows; i++) {
      lines.push(
        row
          .map((picture) => pad(picture[i] ?? "", width / 2))
          .join(" ".repeat(gap))
          .trimEnd(),
      );
    }
    lines.push("");
  }
  return lines;
}

function halved(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const small = new Uint8Array((width / 2) * (height / 2));
  for (let y = 0; y < height / 2; y++) {
    for (let x = 0; x < width / 2; x++) {
      const at = (dx: number, dy: number) => pixels[(2 * y + dy) * width + 2 * x + dx] as number;
      small[y * (width / 2) + x] = Math.round((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4);
    }
  }
  return small;
}
