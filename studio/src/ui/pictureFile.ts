// A picture file that a person chose, as numbers of the size that a network takes.

/** What is wrong with a chosen file, for people. */
export class PictureError extends Error {}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha; 0 to 255. */
  readonly data: Uint8ClampedArray;
}

/**
 * Reads a picture and fits it into a square, keeping its sides' ratio; the browser scales large photographs while it reads them.
 * @throws PictureError if the browser cannot read it as a picture
 */
export async function readPicture(
  file: Blob & { readonly name?: string },
  size: number,
): Promise<Pixels> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new PictureError(file.name ?? "");
  }
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new PictureError(file.name ?? "");
  context.imageSmoothingQuality = "high";
  const scale = size / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.drawImage(bitmap, (size - width) / 2, (size - height) / 2, width, height);
  bitmap.close();
  return { width: size, height: size, data: context.getImageData(0, 0, size, size).data };
}

/** Grey values from 0 to 1; what is transparent is black. */
export function grayOf({ data }: Pixels): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, i) => {
    const [r = 0, g = 0, b = 0, a = 0] = data.subarray(4 * i, 4 * i + 4);
    return ((0.299 * r + 0.587 * g + 0.114 * b) / 255) * (a / 255);
  });
}
