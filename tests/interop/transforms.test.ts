// Transforms against PyTorch and Pillow (fixtures/transforms.py).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Picture } from "../../src/data/picture.ts";
import * as functional from "../../src/data/transforms/functional/index.ts";

interface Entry {
  readonly call: string;
  readonly picture: readonly [1 | 3, number, number];
  readonly shape: readonly [1 | 3, number, number];
  readonly data: string;
  readonly narrow?: boolean;
  readonly amount?: number;
  // biome-ignore lint/suspicious/noExplicitAny: arguments differ by call
  readonly [argument: string]: any;
}

const entries: readonly Entry[] = JSON.parse(
  readFileSync(new URL("../fixtures/transforms.json", import.meta.url), "utf8"),
);

/** The same bytes as in the script. */
function pictureOf([channels, height, width]: Entry["picture"], narrow = false): Picture {
  let state = 12345 + channels;
  const data = Uint8Array.from({ length: channels * height * width }, () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    const byte = (state >> 16) & 255;
    return narrow ? Math.floor((Math.floor(byte / 3) + 40) / 5) * 5 : byte;
  });
  return { channels, height, width, data };
}

/** The functions that take an amount or nothing. */
const simple: Readonly<Record<string, (picture: Picture, amount: number) => Picture>> = {
  invert: functional.invert,
  equalize: functional.equalize,
  autocontrast: functional.autocontrast,
  posterize: functional.posterize,
  solarize: functional.solarize,
  adjustBrightness: functional.adjustBrightness,
  adjustContrast: functional.adjustContrast,
  adjustSaturation: functional.adjustSaturation,
  adjustSharpness: functional.adjustSharpness,
  rgbToGrayscale: (picture) => functional.rgbToGrayscale(picture),
};

function run(picture: Picture, entry: Entry): Picture {
  switch (entry.call) {
    case "resize": {
      const { interpolation, antialias } = entry;
      return functional.resize(picture, entry.size, { interpolation, antialias });
    }
    case "pad":
      return functional.pad(picture, [2, 3, 1, 4], { paddingMode: entry.paddingMode, fill: 7 });
    case "rotate":
      return functional.rotate(picture, entry.angle, { expand: entry.expand });
    case "affine": {
      const { angle, translate, scale, shear, center } = entry;
      const interpolation = "bilinear";
      return functional.affine(picture, { angle, translate, scale, shear, center, interpolation });
    }
    case "gaussianBlur":
      return functional.gaussianBlur(picture, entry.kernelSize, entry.sigma);
    default:
      return (simple[entry.call] as (typeof simple)[string])(picture, entry.amount ?? 1);
  }
}

/**
 * Bytes that are wrong. Those that lie halfway between two in exact arithmetic may be rounded either way: float32 sums
 * depend on the order.
 */
function wrong(got: Uint8Array, expected: Uint8Array, ties: readonly number[] = []): number[] {
  return [...expected.keys()].filter((i) => {
    const distance = Math.abs((got[i] as number) - (expected[i] as number));
    return distance > (ties.includes(i) ? 1 : 0);
  });
}

describe("transforms give the bytes of PyTorch and Pillow", () => {
  const calls = [...new Set(entries.map(({ call }) => call))];
  for (const call of calls) {
    it(call, () => {
      for (const entry of entries.filter((other) => other.call === call)) {
        const picture = pictureOf(entry.picture, entry.narrow);
        const before = picture.data.slice();
        const got = run(picture, entry);
        const { data, ...rest } = entry;
        expect([got.channels, got.height, got.width], JSON.stringify(rest)).toEqual(entry.shape);
        const expected = Buffer.from(data, "base64");
        expect(wrong(got.data, expected, entry.ties), JSON.stringify(rest)).toEqual([]);
        expect(picture.data).toEqual(before);
      }
    });
  }
});
