// Small pictures as PNG data URIs, for embedding.
import { encodePng } from "../interop/png.ts";

/** `data:image/png;base64,…` of bytes, grey, or planes of red, green and blue. */
export function pngDataUri(pixels: Uint8Array, width: number, height: number): string {
  const plane = height * width;
  const channels = pixels.length === plane ? 1 : 3;
  const data = Uint8Array.from(pixels, (_, i) => {
    const at = Math.floor(i / channels);
    return pixels[(i - at * channels) * plane + at] as number;
  });
  let binary = "";
  for (const byte of encodePng({ width, height, channels, data }))
    binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
