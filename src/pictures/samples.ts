// What the network saw: images with its answer and how sure it was, right ones above, wrong ones
// below with the truth.
import { DataError, ShapeError } from "../tensor/errors.ts";
import { pngDataUri } from "./dataUri.ts";
import { element, escapeXml, fitText, formatPercent, picture, text } from "./svg.ts";

/** One image and what the network made of it. */
export interface SampleItem {
  /** 0 to 255, row-major: grey, or planes of red, green and blue. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Index of the class it is. */
  readonly truth: number;
  /** Index of the class that the network saw. */
  readonly predicted: number;
  /** How sure the network was of its answer, 0 to 1. */
  readonly probability: number;
}

const columns = 10;
const card = { width: 92, image: 76 };

/**
 * A sheet of images with predictions as an SVG file.
 * @param items   the images, in the order in which they are to be shown
 * @param classes names of the classes, by index
 * @returns SVG text with the images inside, light or dark as the viewer prefers
 * @throws ShapeError if pixels do not fill their image; DataError for an index that is no class
 * @example
 * samples([{ pixels: new Uint8Array(784), width: 28, height: 28, truth: 0, predicted: 1, probability: 0.6 }],
 *   ["cat", "dog"])
 */
export function samples(items: readonly SampleItem[], classes: readonly string[]): string {
  for (const [index, item] of items.entries()) checkItem(item, index, classes);
  const right = items.filter(({ truth, predicted }) => truth === predicted);
  const wrong = items.filter(({ truth, predicted }) => truth !== predicted);
  const parts: string[] = [];
  let y = 88;
  for (const [title, group] of [
    ["Right", right],
    ["Wrong", wrong],
  ] as const) {
    if (group.length === 0) continue;
    parts.push(text(28, y, title, "head ink"));
    const cardHeight = card.image + (group === wrong ? 72 : 56);
    for (const [i, item] of group.entries()) {
      const x = 28 + (i % columns) * card.width;
      parts.push(drawCard(x, y + 14 + Math.floor(i / columns) * cardHeight, item, classes));
    }
    y += 14 + Math.ceil(group.length / columns) * cardHeight + 24;
  }
  const across = Math.min(columns, Math.max(right.length, wrong.length, 5));
  const summary =
    items.length === 0
      ? "No images."
      : `${items.length} images: ${right.length} right, ${wrong.length} wrong.`;
  return picture(
    {
      id: "samples",
      width: 56 + across * card.width - (card.width - card.image),
      height: y - 14,
      title: "What the network saw",
      description: [summary, ...items.map((item) => describe(item, classes))].join(" "),
    },
    [
      text(28, 38, "What the network saw", "title ink"),
      text(28, 60, "its answer, and how sure it was", "muted"),
      ...parts,
    ],
  );
}

function checkItem(
  { pixels, width, height, truth, predicted }: SampleItem,
  index: number,
  classes: readonly string[],
): void {
  const plane = width * height;
  const isFull = pixels.length === plane || pixels.length === 3 * plane;
  if (!(width >= 1 && height >= 1) || !isFull) {
    throw new ShapeError(
      `samples: ${pixels.length} pixels do not fill image ${index} of ${width} x ${height}`,
    );
  }
  for (const label of [truth, predicted]) {
    if (classes[label] === undefined)
      throw new DataError(
        `samples: class ${label} of image ${index} is none of the ${classes.length} classes`,
      );
  }
}

function describe(
  { truth, predicted, probability }: SampleItem,
  classes: readonly string[],
): string {
  const seen = `${classes[predicted]} (${formatPercent(probability)})`;
  return truth === predicted ? `${seen}.` : `${classes[truth]} seen as ${seen}.`;
}

function drawCard(x: number, y: number, item: SampleItem, classes: readonly string[]): string {
  const { pixels, width, height, truth, predicted, probability } = item;
  const { image } = card;
  const below = y + image;
  const parts = [
    `<title>${escapeXml(describe(item, classes))}</title>`,
    element("image", {
      x,
      y,
      width: image,
      height: image,
      href: pngDataUri(pixels, width, height),
      style: "image-rendering:pixelated",
      preserveAspectRatio: "xMidYMid meet",
    }),
    element("rect", {
      class: "frame",
      x: x - 0.5,
      y: y - 0.5,
      width: image + 1,
      height: image + 1,
    }),
    element("rect", { class: "bar", x, y: below + 6, width: image, height: 3, rx: 1.5 }),
    element("rect", {
      class: "accent",
      x,
      y: below + 6,
      width: image * Math.min(1, Math.max(0, probability)),
      height: 3,
      rx: 1.5,
    }),
    text(x, below + 25, fitText(classes[predicted] as string, card.width - 4), "strong ink"),
    text(x, below + 40, formatPercent(probability), "small muted"),
  ];
  if (truth !== predicted)
    parts.push(
      text(
        x,
        below + 56,
        fitText(`is ${classes[truth]}`, card.width - 4, 11),
        "small strong accent",
      ),
    );
  return element("g", {}, parts.join(""));
}
