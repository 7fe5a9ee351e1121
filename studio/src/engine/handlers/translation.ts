// Things that move in a picture, and how the response of a convolution moves with them.
import { conv2d, Generator } from "../../../../src/index.ts";
import { imageOf, type Map2d, mapsOf } from "../maps.ts";
import { sceneSize, targetSize } from "../scene.ts";

/** A shape without symmetry, so that it is seen where it lies. */
const shape = [
  [1, 1, 1, 1, 0],
  [1, 0, 0, 0, 0],
  [1, 1, 1, 0, 0],
  [1, 0, 0, 0, 0],
  [1, 0, 0, 0, 1],
];

export interface MovedShape {
  /** Height and width of the picture. */
  readonly size: number;
  /** Where the shape begins. */
  readonly row: number;
  readonly column: number;
  /** Where it lay before. */
  readonly home: readonly [number, number];
  /** Of odd size. */
  readonly kernel: Map2d;
}

export interface MovedShapeAnswer {
  readonly picture: Map2d;
  /** Of the moved shape. */
  readonly response: Map2d;
  /** Of the shape at home, then moved as the shape was. */
  readonly moved: Map2d;
  /** The largest difference between the two. */
  readonly difference: number;
}

/** The response of a moved shape, and the moved response of the shape. */
export async function movedShape(asked: MovedShape): Promise<MovedShapeAnswer> {
  const { size, row, column, home, kernel } = asked;
  const picture = placed(size, row, column);
  const padding = Math.floor(kernel.length / 2);
  const respond = (map: Map2d) => conv2d(imageOf([map]), imageOf([kernel]), null, { padding });
  const response = respond(picture);
  const [atHome = []] = await mapsOf(respond(placed(size, home[0], home[1])));
  const moved = matrix(
    size,
    size,
    (i, j) => atHome[i - row + home[0]]?.[j - column + home[1]] ?? 0,
  );
  const difference = response
    .sub(imageOf([moved]))
    .abs()
    .amax();
  const [shown = []] = await mapsOf(response);
  return { picture, response: shown, moved, difference: await difference.item() };
}

function placed(size: number, row: number, column: number): number[][] {
  return matrix(size, size, (i, j) => shape[i - row]?.[j - column] ?? 0);
}

function matrix(height: number, width: number, at: (i: number, j: number) => number): number[][] {
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => at(i, j)),
  );
}

/** The one who is looked for: black and white only, while the crowd around is grey. */
const target = [
  [0, 0, 1, 1, 1, 1, 0, 0],
  [0, 0, 1, 1, 1, 1, 0, 0],
  [0, 1, 1, 1, 1, 1, 1, 0],
  [0, 0, 1, 0, 0, 1, 0, 0],
  [0, 0, 1, 1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [1, 1, 1, 1, 1, 1, 1, 1],
  [0, 0, 1, 0, 0, 1, 0, 0],
];

export interface Search {
  /** Another number draws another crowd. */
  readonly seed: number;
  /** Where the target stands. */
  readonly row: number;
  readonly column: number;
}

export interface SearchAnswer {
  readonly scene: Map2d;
  /** What was cut out, less its mean: even areas then answer with 0. */
  readonly template: Map2d;
  readonly response: Map2d;
  readonly peak: { readonly row: number; readonly column: number; readonly value: number };
}

/** Slides a template that was cut from the scene over the scene. */
export async function search({ seed, row, column }: Search): Promise<SearchAnswer> {
  const scene = crowd(seed);
  target.forEach((line, i) => {
    line.forEach((value, j) => {
      (scene[row + i] as number[])[column + j] = value;
    });
  });
  const { width, height } = targetSize;
  const cut = scene.slice(row, row + height).map((line) => line.slice(column, column + width));
  const piece = imageOf([cut]);
  const template = piece.sub(piece.mean());
  const response = conv2d(imageOf([scene]), template);
  const at = await response.flatten().argmax(0).item();
  const [shown = []] = await mapsOf(response);
  const [taps = []] = await mapsOf(template);
  const columns = shown[0]?.length ?? 1;
  const [peakRow, peakColumn] = [Math.floor(at / columns), at % columns];
  const value = shown[peakRow]?.[peakColumn] ?? Number.NaN;
  return {
    scene,
    template: taps,
    response: shown,
    peak: { row: peakRow, column: peakColumn, value },
  };
}

/** Grey figures on a grey floor, each the same on its left and right side. */
function crowd(seed: number): number[][] {
  const generator = new Generator(seed);
  const random = (): number => generator.uniform();
  const { width, height } = sceneSize;
  const scene = matrix(height, width, () => 0.4 + 0.15 * random());
  for (let figure = 0; figure < 16; figure++) {
    const top = Math.floor(random() * (height - 8));
    const left = Math.floor(random() * (width - 7));
    const [dark, bright] = [0.1 + 0.25 * random(), 0.65 + 0.25 * random()];
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 4; j++) {
        const value = random() < 0.5 ? dark : bright;
        const line = scene[top + i] as number[];
        line[left + j] = value;
        line[left + 6 - j] = value;
      }
    }
  }
  return scene;
}
