// Picture files to give to the studio.
import { encodePng } from "../../src/interop/png.ts";

/** A small picture: bright on the left or on the right. */
export function picture(isLeft: boolean, shade: number, channels: 1 | 3 = 1): Uint8Array {
  const [width, height] = [20, 16];
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const isBright = i % width < width / 2 === isLeft;
    for (let c = 0; c < channels; c++) data[i * channels + c] = isBright ? 120 + shade - 40 * c : 0;
  }
  return encodePng({ width, height, channels, data });
}

/** The beginning of a PNG that says how large its picture is, and has none. */
export function hugePng(width: number, height: number): Uint8Array {
  const bytes = picture(true, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}
