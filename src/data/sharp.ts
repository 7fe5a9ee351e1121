// The npm package sharp, if the user installed it: reads formats that Fovea does not, and JPEG faster.
import type { Image, ImageInfo } from "../interop/image.ts";
import { DataError, FormatError } from "../tensor/errors.ts";

/** The part of sharp that is used. */
interface SharpImage {
  rotate(): SharpImage;
  toColourspace(space: "srgb" | "b-w"): SharpImage;
  metadata(): Promise<{
    readonly width?: number;
    readonly height?: number;
    readonly channels?: number;
    readonly orientation?: number;
  }>;
  raw(): {
    toBuffer(options: { resolveWithObject: true }): Promise<{
      readonly data: Uint8Array;
      readonly info: { readonly width: number; readonly height: number; readonly channels: number };
    }>;
  };
}
type Sharp = (bytes: Uint8Array, options: { readonly limitInputPixels: number }) => SharpImage;

let loading: Promise<Sharp | null> | undefined;

/** The package, or null if it is not installed. */
function load(): Promise<Sharp | null> {
  // A name that the compiler does not follow: nothing else knows of the package.
  const name: string = "sharp";
  loading ??= import(name).then(
    (module) => module.default as Sharp,
    () => null,
  );
  return loading;
}

/** Opens a file with sharp. @throws DataError if it is not installed */
async function open(
  bytes: Uint8Array,
  reason: string,
  name: string,
  maxPixels: number,
): Promise<SharpImage> {
  const sharp = await load();
  if (sharp === null) {
    throw new DataError(`${name}: ${reason}`, { hint: "npm install sharp, or convert it to PNG" });
  }
  return sharp(bytes, { limitInputPixels: maxPixels });
}

/** Size and channels by the file's header. */
export async function sharpInfo(
  bytes: Uint8Array,
  reason: string,
  name: string,
): Promise<ImageInfo> {
  const image = await open(bytes, reason, name, 2 ** 32);
  return refusing(name, async () => {
    const { width = 0, height = 0, channels = 3, orientation = 1 } = await image.metadata();
    const [w, h] = orientation >= 5 ? [height, width] : [width, height];
    return { width: w, height: h, channels: channels <= 2 ? 1 : 3 };
  });
}

/** Decodes a file, upright. */
export async function sharpDecode(
  bytes: Uint8Array,
  reason: string,
  name: string,
  maxPixels: number,
): Promise<Image> {
  const image = await open(bytes, reason, name, maxPixels);
  return refusing(name, async () => {
    // Otherwise inks stay inks, and grey would become colour.
    const { channels = 3 } = await image.metadata();
    const upright = image
      .rotate()
      .toColourspace(channels <= 2 ? "b-w" : "srgb")
      .raw();
    const { data, info } = await upright.toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (info.channels !== 2) {
      return { width, height, channels: info.channels as Image["channels"], data };
    }
    // Grey with transparency is RGBA in Fovea.
    const rgba = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      rgba.fill(data[2 * i] as number, 4 * i, 4 * i + 3);
      rgba[4 * i + 3] = data[2 * i + 1] as number;
    }
    return { width, height, channels: 4, data: rgba };
  });
}

async function refusing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new FormatError(`${name}: ${(cause as Error).message}`, { cause });
  }
}
