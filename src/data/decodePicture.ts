// From the bytes of an image file to a picture. What a file is, its first bytes say, not its name.
import type { Image, ImageInfo } from "../interop/image.ts";
import { decodeJpeg, jpegInfo } from "../interop/jpeg.ts";
import { type DecodeOptions, decodePng, decodePngByStream, pngInfo } from "../interop/png.ts";
import { nodeModule } from "../tensor/environment.ts";
import { checkOptions, FormatError, OptionError } from "../tensor/errors.ts";
import type { Picture } from "./picture.ts";
import { sharpDecode, sharpInfo } from "./sharp.ts";
import { rgbToGrayscale } from "./transforms/functional/grayscale.ts";

/** Who decodes. */
export type PictureDecoder = "fovea" | "sharp";

export interface DecodePictureOptions {
  /** 1 for grey, 3 for colour; what the file has unless given. */
  readonly channels?: 1 | 3;
  /** Largest picture that is accepted, in pixels; default 2²⁶, as 8192 x 8192. */
  readonly maxPixels?: number;
  /**
   * "fovea" (the default) reads PNG and JPEG itself, with the same pixels everywhere, and other formats by the
   * package `sharp` if it is installed. "sharp" reads all of them by it: several times as fast for JPEG.
   */
  readonly decoder?: PictureDecoder;
  /** Name of the file, for error texts. */
  readonly name?: string;
}

/** Longest side that is accepted: a strip of one pixel's height is no photograph. */
const maxSide = 32_768;
/** Largest picture that is accepted unless given, in pixels. */
const usualMaxPixels = 2 ** 26;

/** Formats by their first bytes; a dot stands for any byte. */
const signatures = (
  [
    ["PNG", "\x89PNG"],
    ["JPEG", "\xff\xd8\xff"],
    ["GIF", "GIF8"],
    ["WebP", "RIFF....WEBP"],
    ["AVIF", "....ftypavi"],
    ["HEIC", "....ftypheic"],
    ["HEIC", "....ftypmif1"],
    ["TIFF", "II*\0"],
    ["TIFF", "MM\0*"],
    ["BMP", "BM"],
    ["SVG", "<svg"],
    ["JPEG XL", "\xff\x0a"],
  ] as const
).map(([format, text]) => ({
  format,
  first: Array.from(text, (letter) => (letter === "." ? null : letter.charCodeAt(0))),
}));

/** The format of a file by its content, or null for none that is known. */
function formatOf(bytes: Uint8Array): string | null {
  const found = signatures.find(({ first }) =>
    first.every((byte, i) => byte === null || byte === bytes[i]),
  );
  return found?.format ?? null;
}

/** Which way to read a file, with the reason that is given if that way is not there. */
function wayOf(
  bytes: Uint8Array,
  decoder: PictureDecoder,
  name: string,
): { format: string; reason: string } {
  const format = formatOf(bytes);
  if (format === null) {
    const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
    throw new FormatError(`${name}: ${bytes.length === 0 ? "the file is empty" : "not an image"}`, {
      facts: [{ name: "found", value: first.join(" ") || "0 bytes", remark: "first bytes" }],
    });
  }
  const own = format === "PNG" || format === "JPEG";
  const reason = own
    ? 'the decoder "sharp" is not installed'
    : `Fovea does not read ${format} files itself`;
  return { format: own && decoder === "fovea" ? format : "sharp", reason };
}

/**
 * Decodes an image file: PNG and JPEG, and what the npm package `sharp` reads (WebP, AVIF, GIF, TIFF) if it
 * is installed. Photographs are turned upright by their Exif data; transparent parts lie on black. The file
 * is hostile until checked: sizes are compared with limits before anything is allocated.
 * @param bytes   the whole file
 * @param options channels, maxPixels, decoder, name
 * @throws FormatError if the file is empty, no image, cut, corrupt or too large; DataError if its format
 *   needs `sharp` and that is not installed; OptionError for unknown or impossible options
 * @example
 * const file = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * [...(await decodePicture(file, { channels: 3 })).data] // [0, 255, 0, 255, 0, 255]
 */
export async function decodePicture(
  bytes: Uint8Array,
  options: DecodePictureOptions = {},
): Promise<Picture> {
  checkOptions("decodePicture", options, ["channels", "maxPixels", "decoder", "name"]);
  const { channels, maxPixels = usualMaxPixels, decoder = "fovea", name = "picture" } = options;
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new OptionError(`decodePicture: channels must be 1 or 3, got ${String(channels)}`);
  }
  checkPictureSize(await pictureInfo(bytes, { decoder, name }), name, maxPixels);
  const { format, reason } = wayOf(bytes, decoder, name);
  const image =
    format === "PNG"
      ? await readPng(bytes, { maxPixels, name })
      : format === "JPEG"
        ? decodeJpeg(bytes, { maxPixels, name })
        : await sharpDecode(bytes, reason, name, maxPixels);
  return withChannels(planar(image), channels);
}

/** Node decompresses a small picture at once in less time than a stream takes to begin. */
async function readPng(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  return nodeModule("node:zlib") === null
    ? decodePngByStream(bytes, options)
    : decodePng(bytes, options);
}

/**
 * Size and channels of an image file by its header, upright.
 * @param bytes the beginning of the file at least
 * @throws as {@link decodePicture}
 * @internal
 */
export async function pictureInfo(
  bytes: Uint8Array,
  { decoder, name }: { readonly decoder: PictureDecoder; readonly name: string },
): Promise<ImageInfo> {
  const { format, reason } = wayOf(bytes, decoder, name);
  if (format === "PNG") return pngInfo(bytes, name);
  if (format === "JPEG") return jpegInfo(bytes, name);
  return sharpInfo(bytes, reason, name);
}

/**
 * Refuses a picture that is too large, before anything is allocated.
 * @internal
 */
export function checkPictureSize(
  { width, height }: ImageInfo,
  name: string,
  maxPixels = usualMaxPixels,
): void {
  const isLong = width > maxSide || height > maxSide;
  if (!isLong && width * height <= maxPixels) return;
  throw new FormatError(`${name}: the picture is too large`, {
    facts: [
      { name: "picture", value: `${width} x ${height}` },
      {
        name: "limit",
        value: isLong ? `${maxSide} pixels wide or high` : `${maxPixels} pixels`,
      },
    ],
  });
}

/** Channels one after the other instead of side by side; transparent parts become black. */
function planar({ width, height, channels, data }: Image): Picture {
  if (channels === 1) return { channels, height, width, data };
  const plane = height * width;
  const out = new Uint8Array(3 * plane);
  for (let i = 0, at = 0; i < plane; i++, at += channels) {
    const alpha = channels === 4 ? (data[at + 3] as number) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[at + channel] as number;
      out[channel * plane + i] = alpha === 255 ? value : Math.round((value * alpha) / 255);
    }
  }
  return { channels: 3, height, width, data: out };
}

function withChannels(picture: Picture, channels: 1 | 3 = picture.channels): Picture {
  return channels === picture.channels ? picture : rgbToGrayscale(picture, channels);
}
