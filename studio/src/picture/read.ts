// A picture file that a person gave, as pixels of the size that is asked for. Works in pages and in their workers.
import { TextError } from "../problem.ts";
import { headerBytes, pictureHeader } from "./header.ts";

/** Larger pictures would take more memory than a page may have for a moment: 4 bytes a pixel. */
export const mostMegapixels = 40;
const mostMegabytes = 64;

/** What is wrong with a file. */
export class PictureError extends TextError {}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha; 0 to 255. */
  readonly data: Uint8ClampedArray;
}

/** How a picture comes into a frame of another ratio: all of it with room beside it, or its middle. */
export type Fit = "contain" | "cover";

/**
 * Reads a picture and scales it into a frame, keeping its sides' ratio.
 * @param size of the frame: a number for a square, or `[height, width]`
 * @throws PictureError that says what is wrong with the file: its kind, its size, or that it is damaged
 */
export async function readPicture(
  file: Blob & { readonly name?: string },
  size: number | readonly [number, number],
  fit: Fit = "contain",
): Promise<Pixels> {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  const bitmap = await decode(file);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null)
    throw new TextError({
      en: "this browser has no canvas to draw on",
      zh: "此浏览器没有可绘制的画布",
    });
  context.imageSmoothingQuality = "high";
  const ratios = [width / bitmap.width, height / bitmap.height];
  const scale = fit === "contain" ? Math.min(...ratios) : Math.max(...ratios);
  const [across, down] = [bitmap.width * scale, bitmap.height * scale];
  context.drawImage(bitmap, (width - across) / 2, (height - down) / 2, across, down);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

/** What the file says of itself is looked at before anything is decoded. */
async function decode(file: Blob & { readonly name?: string }): Promise<ImageBitmap> {
  const name = file.name ?? "";
  if (file.size === 0) {
    throw new PictureError({ en: `${name} is empty`, zh: `${name} 是空文件` });
  }
  const megabytes = Math.round(file.size / 2 ** 20);
  if (megabytes > mostMegabytes) {
    throw new PictureError({
      en: `${name} has ${megabytes} MB; pictures of up to ${mostMegabytes} MB are read`,
      zh: `${name} 有 ${megabytes} MB，最多可读取 ${mostMegabytes} MB 的图像`,
    });
  }
  const start = await startOf(file).catch(() => {
    throw new PictureError({ en: `${name} cannot be opened`, zh: `${name} 无法打开` });
  });
  const header = pictureHeader(start);
  if (header === null) {
    throw new PictureError({
      en: `${name} is not a picture that can be read here: PNG, JPEG, WebP, GIF and BMP files are, whatever their names`,
      zh: `${name} 不是可读取的图像：支持 PNG、JPEG、WebP、GIF 和 BMP 文件，与文件名无关`,
    });
  }
  const megapixels = Math.round((header.width * header.height) / 1e6);
  if (megapixels > mostMegapixels) {
    const size = `${header.width} × ${header.height}`;
    throw new PictureError({
      en: `${name} has ${megapixels} megapixels (${size}); up to ${mostMegapixels} are read: scale it down first`,
      zh: `${name} 有 ${megapixels} 百万像素（${size}），最多可读取 ${mostMegapixels} 百万像素：请先缩小`,
    });
  }
  try {
    return await createImageBitmap(file);
  } catch {
    throw new PictureError({
      en: `${name} is a damaged ${header.kind} file`,
      zh: `${name} 是损坏的 ${header.kind} 文件`,
    });
  }
}

async function startOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, headerBytes).arrayBuffer());
}

/** Grey values from 0 to 1; what is transparent is black. */
export function grayOf({ data }: Pixels): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, i) => {
    const [r = 0, g = 0, b = 0, a = 0] = data.subarray(4 * i, 4 * i + 4);
    return ((0.299 * r + 0.587 * g + 0.114 * b) / 255) * (a / 255);
  });
}

/** Red, green and blue, one after the other, from 0 to 1; what is transparent is black. */
export function colourOf({ data }: Pixels): Float32Array {
  const area = data.length / 4;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    const alpha = (data[4 * i + 3] ?? 0) / 255;
    for (let c = 0; c < 3; c++) planes[c * area + i] = ((data[4 * i + c] ?? 0) / 255) * alpha;
  }
  return planes;
}
