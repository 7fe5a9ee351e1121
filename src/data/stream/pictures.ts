// One image of a streamed data set: read, transformed, and written to its place in a batch. The same on the main
// thread and in workers.
import { DataError, type Fact, FoveaError } from "../../tensor/errors.ts";
import { Generator } from "../../tensor/random.ts";
import { type PictureReading, readPicture } from "../fileList.ts";
import type { Picture } from "../picture.ts";
import type { Transform } from "../transforms/transform.ts";

type ImageShape = readonly [channels: number, height: number, width: number];

/** Where pictures come from, as plain data. */
export type PictureSource =
  | {
      readonly kind: "memory";
      readonly name: string;
      /** NCHW; shared memory where it goes to other threads. */
      readonly images: Uint8Array;
      readonly imageShape: ImageShape;
    }
  | { readonly kind: "files"; readonly reading: PictureReading };

/** What the random numbers of an image follow from, besides its index. */
export interface ImageRandom {
  readonly seed: number;
  readonly epoch: number;
  /** How often the epoch took the image before. */
  readonly repeat: number;
}

/** Why an image could not be made, as plain data. */
export interface Failure {
  /** Place of the image in its batch. */
  readonly position: number;
  readonly headline: string;
  readonly facts: readonly Fact[];
  readonly hint: string | undefined;
}

/** Streams of a seed below belong to weights, orders of epochs and steps. */
const firstImageStream = 2 ** 41;
/** Random numbers that an image has for itself each time that it is taken. */
const numbersEach = 2 ** 28;

export class PictureMaker {
  readonly #source: PictureSource;
  readonly #transforms: readonly Transform[];
  readonly #imageShape: ImageShape;
  readonly #length: number;

  /**
   * @param imageShape what the transforms must end with
   * @param length     of the data set
   */
  constructor(
    source: PictureSource,
    transforms: readonly Transform[],
    imageShape: ImageShape,
    length: number,
  ) {
    this.#source = source;
    this.#transforms = transforms;
    this.#imageShape = imageShape;
    this.#length = length;
  }

  /** Bytes of an image. */
  get pixels(): number {
    return this.#imageShape.reduce((product, n) => product * n, 1);
  }

  /**
   * Writes one image to its place in a batch.
   * @param file its path below the root, where it comes from a file
   * @returns why that was not possible, or null
   */
  async write(
    batch: Uint8Array,
    position: number,
    index: number,
    file: string | undefined,
    { seed, epoch, repeat }: ImageRandom,
  ): Promise<Failure | null> {
    const source = this.#source;
    try {
      let picture =
        source.kind === "files"
          ? await readPicture(source.reading, file as string)
          : pictureAt(source, index);
      if (this.#transforms.length > 0) {
        const random = new Generator(seed, firstImageStream + epoch * this.#length + index);
        random.skipUniform(repeat * numbersEach);
        for (const transform of this.#transforms) picture = transform.apply(picture, random);
      }
      this.#checkShape(picture);
      batch.set(picture.data, position * this.pixels);
      return null;
    } catch (error) {
      return failureOf(error, position, itemName(source, index, file));
    }
  }

  #checkShape({ channels, height, width, data }: Picture): void {
    const [c, h, w] = this.#imageShape;
    if (channels === c && height === h && width === w && data.length === this.pixels) return;
    throw new DataError("the transforms gave a picture of another shape", {
      facts: [
        { name: "picture", value: `${channels} x ${height} x ${width}` },
        { name: "others", value: `${c} x ${h} x ${w}`, remark: "channels x height x width" },
      ],
      hint: "end with a transform that gives one size, such as centerCrop",
    });
  }
}

/** What an image is called in error texts. */
export function itemName(source: PictureSource, index: number, file: string | undefined): string {
  return source.kind === "files" ? (file ?? `file ${index}`) : `${source.name}: image ${index}`;
}

function pictureAt(
  { images, imageShape }: Extract<PictureSource, { kind: "memory" }>,
  index: number,
): Picture {
  const [channels, height, width] = imageShape;
  const pixels = channels * height * width;
  const data = images.subarray(index * pixels, (index + 1) * pixels);
  return { channels: channels as 1 | 3, height, width, data };
}

function failureOf(error: unknown, position: number, name: string): Failure {
  const isOwn = error instanceof FoveaError;
  const text = isOwn ? error.headline : error instanceof Error ? error.message : String(error);
  return {
    position,
    headline: text.startsWith(name) ? text : `${name}: ${text}`,
    facts: isOwn ? error.facts : [],
    hint: isOwn ? error.hint : undefined,
  };
}

/** The failure as an error. */
export function errorOf({ headline, facts, hint }: Failure): DataError {
  return new DataError(headline, { facts, ...(hint === undefined ? {} : { hint }) });
}
