// Which way up a photograph is: cameras store what the sensor saw and note how they were held.
import type { Image } from "../image.ts";

/**
 * Orientation in the Exif data of a JPEG file (the content of its APP1 segment).
 * @returns 1 to 8; 1, upright, for anything that is not understood
 * @see CIPA DC-008 "Exchangeable image file format for digital still cameras", tag 274
 */
export function exifOrientation(data: Uint8Array): number {
  // "Exif", two zero bytes, then a TIFF file whose offsets count from its own start.
  const magic = [0x45, 0x78, 0x69, 0x66, 0, 0];
  if (data.length < 14 || magic.some((byte, i) => data[i] !== byte)) return 1;
  const tiff = new DataView(data.buffer, data.byteOffset + 6, data.length - 6);
  const order = tiff.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  if (tiff.getUint16(2, little) !== 42) return 1;
  const start = tiff.getUint32(4, little);
  if (start + 2 > tiff.byteLength) return 1;
  const entries = tiff.getUint16(start, little);
  for (let i = 0; i < entries; i++) {
    const entry = start + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return 1;
    if (tiff.getUint16(entry, little) !== 274) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Do height and width change places? */
export function isSideways(orientation: number): boolean {
  return orientation >= 5;
}

/**
 * Turns and mirrors a picture upright.
 * @param orientation 1 upright, 2 mirrored, 3 upside down, 4 both, 5 to 8 the same with rows and
 *   columns exchanged: 6 is turned by 90 degrees clockwise, 8 counterclockwise
 */
export function upright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const sideways = isSideways(orientation);
  const [outWidth, outHeight] = sideways ? [height, width] : [width, height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  // Where pixel (0, 0) of the result is taken from, and the steps to its right and below neighbours.
  const start = ((fromBottom ? height - 1 : 0) * width + (fromRight ? width - 1 : 0)) * channels;
  const stepX = (fromRight ? -1 : 1) * channels;
  const stepY = (fromBottom ? -1 : 1) * width * channels;
  const [right, below] = sideways ? [stepY, stepX] : [stepX, stepY];
  const out = new Uint8Array(data.length);
  let target = 0;
  for (let y = 0; y < outHeight; y++) {
    let source = start + y * below;
    for (let x = 0; x < outWidth; x++, source += right) {
      for (let channel = 0; channel < channels; channel++) {
        out[target++] = data[source + channel] as number;
      }
    }
  }
  return { width: outWidth, height: outHeight, channels, data: out };
}
