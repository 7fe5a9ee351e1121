// The JPEG files of cases.jsonl, which make.py wrote with libjpeg-turbo and Pillow.
import { readFileSync } from "node:fs";

export interface JpegCase {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly jpeg: Uint8Array;
  /** What Pillow reads, upright. */
  readonly pixels: Uint8Array;
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

export const jpegCases: readonly JpegCase[] = readFileSync(
  new URL("cases.jsonl", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line) => {
    const { jpeg, pixels, ...rest } = JSON.parse(line);
    return { ...rest, jpeg: bytesOf(jpeg), pixels: bytesOf(pixels) };
  });

/** One of them, by name. */
export function jpegFile(name: string): Uint8Array {
  return (jpegCases.find((one) => one.name === name) as JpegCase).jpeg;
}
