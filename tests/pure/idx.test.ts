import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gunzipBounded } from "../../src/data/gzip.ts";
import { parseIdx } from "../../src/data/idx.ts";
import { FormatError } from "../../src/tensor/errors.ts";

/** An IDX file with these sizes in its header, whatever elements follow. */
function idxOf(
  sizes: readonly number[],
  elements: number,
  { type = 8, rank = sizes.length } = {},
): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + elements);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, rank]);
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size);
  for (let i = 0; i < elements; i++) bytes[4 + 4 * sizes.length + i] = i + 1;
  return bytes;
}

describe("parseIdx", () => {
  it("reads images and labels without copying", () => {
    const bytes = idxOf([2, 3, 2], 12);
    const images = parseIdx(bytes, { expect: "images" });
    expect(images.shape).toEqual([2, 3, 2]);
    expect([...images.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(images.data.buffer).toBe(bytes.buffer);
    expect(parseIdx(idxOf([3], 3), { expect: "labels" })).toEqual({
      shape: [3],
      data: Uint8Array.of(1, 2, 3),
    });
  });

  it("reads a view that does not begin at its buffer's start", () => {
    const whole = new Uint8Array([9, 9, 9, ...idxOf([2], 2)]);
    expect(parseIdx(whole.subarray(3), { expect: "labels" }).data).toEqual(Uint8Array.of(1, 2));
  });

  it("refuses a file cut at any byte", () => {
    const bytes = idxOf([2, 2, 2], 8);
    for (let length = 0; length < bytes.length; length++) {
      expect(
        () => parseIdx(bytes.subarray(0, length), { expect: "images" }),
        `${length} bytes`,
      ).toThrow(FormatError);
    }
  });

  const hostile: [string, Uint8Array, "images" | "labels", RegExp][] = [
    ["trailing bytes", idxOf([2], 3), "labels", /goes on after its last element/],
    [
      "sizes whose product overflows 53 bits",
      idxOf([0xffffffff, 0xffffffff, 0xffffffff], 8),
      "images",
      /shorter than its header says/,
    ],
    [
      "sizes whose product is a multiple of 2^64",
      idxOf([2 ** 31, 2 ** 31, 4], 0),
      "images",
      /shorter/,
    ],
    ["no elements", idxOf([0, 28, 28], 0), "images", /announces no elements/],
    ["floats", idxOf([1], 4, { type: 13 }), "labels", /elements are float32, not unsigned bytes/],
    ["an unknown type", idxOf([1], 1, { type: 99 }), "labels", /unknown type 99/],
    ["labels for images", idxOf([20], 20), "images", /holds labels, not images/],
    ["images for labels", idxOf([1, 1, 1], 1), "labels", /holds images, not labels/],
    ["rank 2", idxOf([2, 2], 4), "labels", /array of rank 2/],
    [
      "another format",
      new TextEncoder().encode("<!DOCTYPE html><html>"),
      "images",
      /not an IDX file/,
    ],
    ["a file that is still compressed", gzipSync(idxOf([2], 2)), "labels", /still compressed/],
  ];
  it.each(hostile)("refuses %s", (_, bytes, expected, message) => {
    expect(() => parseIdx(bytes, { expect: expected })).toThrow(FormatError);
    expect(() => parseIdx(bytes, { expect: expected })).toThrow(message);
  });

  it("answers any bytes with an array or a FormatError", () => {
    const header = fc.tuple(
      fc.constantFrom(1, 3),
      fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
      fc.nat(80),
    );
    fc.assert(
      fc.property(header, ([rank, sizes, length]) => {
        try {
          const { shape, data } = parseIdx(idxOf(sizes, length, { rank }), {
            expect: rank === 1 ? "labels" : "images",
          });
          expect(shape.reduce((a, b) => a * b)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });

  it("shows sizes and bytes", () => {
    const bytes = idxOf([60_000, 28, 28], 100);
    expect(() =>
      parseIdx(bytes, { expect: "images", name: "train-images-idx3-ubyte" }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: train-images-idx3-ubyte: the file is shorter than its header says
        sizes      [60000, 28, 28]   from the header
        expected   47040000 bytes of elements
        found      100 bytes of elements
        hint       the file was cut or overwritten: fetch it again]
    `);
  });
});

describe("gunzipBounded", () => {
  const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * 37) % 251);
  const packed = gzipSync(content);

  it("decompresses up to the bound", async () => {
    expect(new Uint8Array(await gunzipBounded(packed, 5000, "a.gz"))).toEqual(content);
  });

  it("refuses what is larger than the bound", async () => {
    await expect(gunzipBounded(packed, 4999, "a.gz")).rejects.toThrow(
      /a\.gz: the content is larger than 4999 bytes/,
    );
    // 50 MB of zeros in 50 kB: stops at the bound instead of allocating them.
    await expect(gunzipBounded(gzipSync(new Uint8Array(5e7)), 1000, "bomb.gz")).rejects.toThrow(
      FormatError,
    );
  });

  it("refuses a file cut anywhere", async () => {
    for (let length = 0; length < packed.length; length += 7) {
      await expect(
        gunzipBounded(packed.subarray(0, length), 5000, "a.gz"),
        `${length} bytes`,
      ).rejects.toThrow(FormatError);
    }
  });

  it("refuses a corrupt file by its checksum", async () => {
    const corrupt = Uint8Array.from(packed);
    corrupt[corrupt.length - 6] = ~(packed[packed.length - 6] as number);
    await expect(gunzipBounded(corrupt, 5000, "a.gz")).rejects.toThrow(
      /a\.gz: the gzip file is corrupt/,
    );
  });

  it("refuses what is no gzip file", async () => {
    await expect(gunzipBounded(new TextEncoder().encode("<html>"), 5000, "a.gz")).rejects.toThrow(
      /not a gzip file/,
    );
  });
});
