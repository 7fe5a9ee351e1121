import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toGrayscale28 } from "../../src/interop/grayscale.ts";
import type { Image } from "../../src/interop/image.ts";
import { decodePng, encodePng } from "../../src/interop/png.ts";
import { FormatError, OptionError, ShapeError } from "../../src/tensor/errors.ts";

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The file, in base64. */
  readonly png: string;
  readonly pixels: string;
}

/** Written by libpng: tests/interop/png/make.py. */
const cases = readFileSync(new URL("png/cases.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: ArrayLike<number> = []): Uint8Array {
  const content = new Uint8Array([...Buffer.from(type, "latin1"), ...Array.from(data)]);
  const bytes = new Uint8Array(8 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length - 4);
  bytes.set(content, 4);
  view.setUint32(4 + content.length, crc32(content));
  return bytes;
}

function header(
  width: number,
  height: number,
  depth: number,
  colorType: number,
  rest = [0, 0, 0],
): Uint8Array {
  const data = new DataView(new ArrayBuffer(8));
  data.setUint32(0, width);
  data.setUint32(4, height);
  return chunk("IHDR", [...new Uint8Array(data.buffer), depth, colorType, ...rest]);
}

const png = (...chunks: Uint8Array[]): Uint8Array =>
  new Uint8Array([...signature, ...chunks.flatMap((bytes) => [...bytes])]);
const pixels = (...bytes: number[]): Uint8Array =>
  chunk("IDAT", deflateSync(Uint8Array.from(bytes)));
const end = chunk("IEND");

describe("decodePng", () => {
  it.each(cases)(
    "reads what libpng wrote: $name",
    ({ png: file, width, height, channels, pixels: expected }) => {
      const image = decodePng(bytesOf(file));
      expect(image).toMatchObject({ width, height, channels });
      expect(image.data).toEqual(bytesOf(expected));
    },
  );

  it("refuses a file cut at any byte", () => {
    for (const { name, png: file } of cases) {
      const bytes = bytesOf(file);
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decodePng(bytes.subarray(0, length)), `${name}, ${length} bytes`).toThrow(
          FormatError,
        );
      }
    }
  });

  it("refuses a file with any bit changed", () => {
    const bytes = bytesOf(cases[5]?.png ?? "");
    expect(bytes.length).toBeGreaterThan(100);
    for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
      const changed = bytes.slice();
      changed[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodePng(changed), `bit ${bit}`).toThrow(FormatError);
    }
  });

  const idat = pixels(0, 7);
  const grey = header(1, 1, 8, 0);
  const hostile: [string, Uint8Array, RegExp][] = [
    ["another format", new TextEncoder().encode("GIF89a and so on"), /not a PNG file/],
    ["a file that does not begin with IHDR", png(idat, grey, end), /begins with IDAT/],
    ["a header of another length", png(chunk("IHDR", [0, 0]), idat, end), /IHDR has 2 bytes/],
    ["an empty picture", png(header(0, 1, 8, 0), idat, end), /empty: 0 x 1/],
    [
      "a picture above the limit",
      png(header(0xffffffff, 0xffffffff, 8, 6), idat, end),
      /too large/,
    ],
    [
      "a small file that claims a large picture",
      png(header(8000, 8000, 16, 6), idat, end),
      /too small for its picture/,
    ],
    ["3 bits", png(header(1, 1, 3, 0), idat, end), /colour type 0 with 3 bits/],
    ["RGB of 4 bits", png(header(1, 1, 4, 2), idat, end), /colour type 2 with 4 bits/],
    ["colour type 5", png(header(1, 1, 8, 5), idat, end), /colour type 5/],
    ["an unknown interlacing", png(header(1, 1, 8, 0, [0, 0, 2]), idat, end), /interlace 2/],
    ["an unknown compression", png(header(1, 1, 8, 0, [1, 0, 0]), idat, end), /compression 1/],
    ["a second header", png(grey, grey, idat, end), /IHDR is repeated/],
    ["pixels that are not together", png(grey, idat, chunk("tEXt"), idat, end), /not together/],
    ["no pixels", png(grey, end), /no pixels/],
    ["no end", png(grey, idat), /ends after IDAT/],
    ["a chunk that readers must know", png(grey, chunk("ABCD"), idat, end), /needs ABCD/],
    [
      "a chunk whose type is no text",
      png(grey, chunk("\x01\x02\x03\x04"), idat, end),
      /no valid type/,
    ],
    [
      "a chunk longer than the file",
      png(grey, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x49, 0x44, 0x41, 0x54, 0, 0, 0, 0)),
      /ends inside IDAT/,
    ],
    [
      "a wrong checksum",
      png(
        grey,
        Uint8Array.from(idat, (byte, i) => byte ^ (i === idat.length - 1 ? 1 : 0)),
        end,
      ),
      /checksum of IDAT/,
    ],
    ["fewer pixels than announced", png(header(2, 2, 8, 0), pixels(0, 7, 7), end), /fewer pixels/],
    ["more pixels than announced", png(grey, pixels(0, 7, 7), end), /more pixels/],
    ["a bomb", png(grey, chunk("IDAT", deflateSync(new Uint8Array(1e7))), end), /more pixels/],
    ["pixels that are not compressed", png(grey, chunk("IDAT", [1, 2, 3, 4]), end), /corrupt/],
    ["an unknown filter", png(grey, pixels(5, 7), end), /row filter 5/],
    ["a missing palette", png(header(1, 1, 8, 3), pixels(0, 0), end), /palette is missing/],
    [
      "a palette behind the pixels",
      png(header(1, 1, 8, 2), pixels(0, 1, 2, 3), chunk("PLTE", [1, 2, 3]), end),
      /behind the pixels/,
    ],
    [
      "a palette larger than its depth",
      png(header(1, 1, 1, 3), chunk("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9]), pixels(0, 0), end),
      /1 to 2 colours/,
    ],
    [
      "a palette that is not of triples",
      png(header(1, 1, 8, 3), chunk("PLTE", [1, 2]), pixels(0, 0), end),
      /palette has 2 bytes/,
    ],
    ["a palette in a grey picture", png(grey, chunk("PLTE", [1, 2, 3]), idat, end), /grey picture/],
    [
      "a colour that the palette does not have",
      png(header(1, 1, 8, 3), chunk("PLTE", [1, 2, 3]), pixels(0, 1), end),
      /colour 1, the palette has 1/,
    ],
    [
      "more transparency than palette",
      png(header(1, 1, 8, 3), chunk("PLTE", [1, 2, 3]), chunk("tRNS", [1, 2]), pixels(0, 0), end),
      /more entries/,
    ],
    [
      "transparency beside an alpha channel",
      png(header(1, 1, 8, 6), chunk("tRNS", [1, 2]), pixels(0, 1, 2, 3, 4), end),
      /tRNS of 2 bytes/,
    ],
  ];
  it.each(hostile)("refuses %s", (_, bytes, message) => {
    expect(() => decodePng(bytes)).toThrow(FormatError);
    expect(() => decodePng(bytes)).toThrow(message);
  });

  it("answers any chunks with a picture or a FormatError", () => {
    const anyHeader = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(1, 2, 4, 8, 16),
      fc.constantFrom(0, 2, 3, 4, 6),
      fc.nat(1),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(anyHeader, ([width, height, depth, colorType, interlace, content]) => {
        const palette = colorType === 3 ? [chunk("PLTE", [1, 2, 3, 4, 5, 6])] : [];
        try {
          const image = decodePng(
            png(
              header(width, height, depth, colorType, [0, 0, interlace]),
              ...palette,
              pixels(...content.map((b) => b % 5)),
              end,
            ),
          );
          expect(image.data.length).toBe(width * height * image.channels);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });

  it("skips what is only for others, and what follows the end", () => {
    const file = png(
      grey,
      chunk("gAMA", [0, 0, 1, 1]),
      chunk("teXt"),
      idat,
      end,
      Uint8Array.of(1, 2, 3),
    );
    expect([...decodePng(file).data]).toEqual([7]);
  });
});

describe("encodePng", () => {
  it("writes what decodePng reads", () => {
    const image = fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(1 as const, 3 as const, 4 as const),
      fc.integer(),
    );
    fc.assert(
      fc.property(image, ([width, height, channels, seed]) => {
        const data = Uint8Array.from(
          { length: width * height * channels },
          (_, i) => Math.imul(i + seed, 2654435761) >>> 24,
        );
        expect(decodePng(encodePng({ width, height, channels, data }))).toEqual({
          width,
          height,
          channels,
          data,
        });
      }),
    );
  });

  it("refuses data that does not fill the picture", () => {
    expect(() => encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(3) })).toThrow(
      ShapeError,
    );
    expect(() => encodePng({ width: 0, height: 2, channels: 1, data: new Uint8Array(0) })).toThrow(
      ShapeError,
    );
  });
});

describe("toGrayscale28", () => {
  const flat = (width: number, height: number, color: readonly number[]): Image => ({
    width,
    height,
    channels: color.length as 1 | 3 | 4,
    data: Uint8Array.from(
      { length: width * height * color.length },
      (_, i) => color[i % color.length] as number,
    ),
  });

  it("leaves a grey picture of the right size as it is", () => {
    const data = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
    expect(toGrayscale28({ width: 28, height: 28, channels: 1, data })).toEqual(data);
  });

  it("weighs red, green and blue by Rec. 601", () => {
    const greyOf = (color: number[]) => toGrayscale28(flat(28, 28, color))[0];
    expect(greyOf([255, 0, 0])).toBe(76);
    expect(greyOf([0, 255, 0])).toBe(150);
    expect(greyOf([0, 0, 255])).toBe(29);
    expect(greyOf([255, 255, 255])).toBe(255);
  });

  it("averages the areas that new pixels cover", () => {
    const data = Uint8Array.of(0, 100, 200, 40, 60, 80, 10, 20, 30);
    const image: Image = { width: 3, height: 3, channels: 1, data };
    // Each new pixel covers 1.5 x 1.5 old ones: weights 4, 2, 2, 1 of 9.
    const first = (4 * 0 + 2 * 100 + 2 * 40 + 60) / 9;
    expect(toGrayscale28(image, { size: 2 })[0]).toBe(Math.round(first));
    expect([...toGrayscale28(image, { size: 1 })]).toEqual([Math.round(540 / 9)]);
  });

  it("keeps proportions and centres on the background", () => {
    const wide = toGrayscale28(flat(40, 20, [200]), { size: 4 });
    expect([...wide]).toEqual([0, 0, 0, 0, 200, 200, 200, 200, 200, 200, 200, 200, 0, 0, 0, 0]);
    const tall = toGrayscale28(flat(10, 20, [200]), { size: 4, background: "white" });
    expect([...tall.subarray(0, 4)]).toEqual([255, 200, 200, 255]);
  });

  it("lays transparent parts over black, or white if told", () => {
    expect(toGrayscale28(flat(28, 28, [255, 255, 255, 0]))[0]).toBe(0);
    expect(toGrayscale28(flat(28, 28, [0, 0, 0, 0]), { background: "white" })[0]).toBe(255);
    expect(toGrayscale28(flat(28, 28, [200, 200, 200, 51]))[0]).toBe(40);
  });

  it("inverts dark things on light ground", () => {
    const photo = flat(30, 20, [250]);
    for (let y = 8; y < 12; y++) photo.data.fill(20, y * 30 + 10, y * 30 + 20);
    const inverted = toGrayscale28(photo, { invert: "auto" });
    expect(inverted[14 * 28 + 14]).toBe(235);
    expect(inverted[14 * 28 + 1]).toBe(5);
    // Above the picture, where there is nothing: black like its ground.
    expect(inverted[0]).toBe(0);
    expect(inverted).toEqual(toGrayscale28(photo, { invert: true }));
    const onBlack = flat(28, 28, [3]);
    expect(toGrayscale28(onBlack, { invert: "auto" })).toEqual(toGrayscale28(onBlack));
  });

  it("shrinks a picture one pixel wide to one that can still be seen", () => {
    expect(Math.max(...toGrayscale28(flat(1, 1000, [255])))).toBe(255);
  });

  it("refuses impossible options", () => {
    expect(() => toGrayscale28(flat(2, 2, [0]), { size: 0 })).toThrow(OptionError);
    expect(() => toGrayscale28(flat(2, 2, [0]), { backgroud: "white" } as object)).toThrow(
      /did you mean "background"/,
    );
  });
});
