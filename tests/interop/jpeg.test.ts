import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exifOrientation, upright } from "../../src/interop/jpeg/exif.ts";
import { decodeJpeg, jpegInfo } from "../../src/interop/jpeg.ts";
import { FormatError } from "../../src/tensor/errors.ts";
import { jpegCases as cases, jpegFile as fileOf } from "./jpeg/files.ts";

/** The file with other bytes at the place where `pattern` begins, and so many bytes behind it. */
function patched(file: Uint8Array, pattern: number[], behind: number, bytes: number[]): Uint8Array {
  const at = Buffer.from(file).indexOf(Buffer.from(pattern));
  const out = file.slice();
  out.set(bytes, at + behind);
  return out;
}

describe("decodeJpeg", () => {
  it.each(cases)("reads what libjpeg wrote: $name", (one) => {
    const { width, height, channels } = one;
    const image = decodeJpeg(one.jpeg);
    expect(image).toMatchObject({ width, height, channels });
    // Bit for bit: the same rounding everywhere.
    expect(image.data).toEqual(one.pixels);
    expect(jpegInfo(one.jpeg, "x")).toEqual({ width, height, channels });
  });

  it("refuses a file cut at any byte", () => {
    for (const { name, jpeg: bytes } of cases) {
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decodeJpeg(bytes.subarray(0, length)), `${name}, ${length} bytes`).toThrow(
          FormatError,
        );
      }
    }
  });

  it("reads or refuses a file with any bytes changed, and never does anything else", () => {
    const files = cases.map(({ jpeg }) => jpeg);
    const change = fc.tuple(fc.nat(700), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1 }),
        (file, changes) => {
          const bytes = file.slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            const { width, height, channels, data } = decodeJpeg(bytes, { maxPixels: 2 ** 20 });
            expect(data.length).toBe(width * height * channels);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("ignores what follows the end", () => {
    const file = fileOf("grey");
    const longer = new Uint8Array([...file, 1, 2, 3, 255, 216]);
    expect(decodeJpeg(longer)).toEqual(decodeJpeg(file));
  });

  it("compares the size with the limit and with the file before it allocates", () => {
    const large = patched(fileOf("grey"), [0xff, 0xc0], 5, [0xff, 0xff, 0xff, 0xff]);
    expect(() => decodeJpeg(large, { name: "a.jpg" })).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: a.jpg: the picture is too large
        picture   65535 x 65535
        limit     67108864 pixels]
    `);
    const wide = patched(fileOf("grey"), [0xff, 0xc0], 5, [0x1f, 0xff, 0x1f, 0xff]);
    expect(() => decodeJpeg(wide, { name: "a.jpg" })).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: a.jpg: the file is too small for its picture
        picture   8191 x 8191   1048576 blocks of 8 x 8
        found     217 bytes]
    `);
  });

  it("says what it does not read", () => {
    const file = fileOf("grey");
    const lossless = patched(file, [0xff, 0xc0], 1, [0xc3]);
    expect(() => decodeJpeg(lossless)).toThrow("lossless JPEG is not supported");
    const arithmetic = patched(file, [0xff, 0xc0], 1, [0xc9]);
    expect(() => decodeJpeg(arithmetic)).toThrow("arithmetic-coded JPEG is not supported");
    const deep = patched(file, [0xff, 0xc0], 4, [12]);
    expect(() => decodeJpeg(deep)).toThrow("JPEG of 12 bits is not supported");
    expect(() => decodeJpeg(Uint8Array.of(1, 2, 3))).toThrow("not a JPEG file");
    const empty = patched(file, [0xff, 0xc0], 5, [0, 0]);
    expect(() => decodeJpeg(empty)).toThrow("the picture is empty: 17 x 0");
  });

  it("gives up on a file of endless scans", () => {
    const file = fileOf("grey, progressive");
    const at = Buffer.from(file).indexOf(Buffer.from([0xff, 0xda]));
    const end = Buffer.from(file).indexOf(Buffer.from([0xff, 0xc4]), at);
    const scan = [...file.subarray(at, end)];
    const many = Array.from({ length: 300 }, () => scan).flat();
    const bomb = new Uint8Array([...file.subarray(0, at), ...many, ...file.subarray(at)]);
    expect(() => decodeJpeg(bomb)).toThrow("more than 200 scans");
  });
});

describe("exifOrientation", () => {
  it("is 1 for anything that is not understood", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rest) => {
        const data = Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0, ...rest);
        const orientation = exifOrientation(data);
        expect(orientation >= 1 && orientation <= 8).toBe(true);
      }),
    );
    expect(exifOrientation(new Uint8Array(40))).toBe(1);
  });

  it("turns six ways and mirrors", () => {
    const image = {
      width: 3,
      height: 2,
      channels: 1,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    } as const;
    const turned = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [
      ...upright(image, orientation).data,
    ]);
    expect(turned).toEqual([
      [1, 2, 3, 4, 5, 6],
      [3, 2, 1, 6, 5, 4],
      [6, 5, 4, 3, 2, 1],
      [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6],
      [4, 1, 5, 2, 6, 3],
      [6, 3, 5, 2, 4, 1],
      [3, 6, 2, 5, 1, 4],
    ]);
  });
});
