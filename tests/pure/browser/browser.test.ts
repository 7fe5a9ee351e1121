// The library without Node: it loads, reads pictures and computes, and what differs gives the same.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodePng, decodePngByStream, encodePng } from "../../../src/interop/png.ts";
import { crc32ByTable, inflateByStream, storedZlib } from "../../../src/interop/zlib.ts";
import { FormatError } from "../../../src/tensor/errors.ts";

describe("without Node", () => {
  it("the library loads, reads pictures and computes", async () => {
    const script = fileURLToPath(new URL("./withoutNode.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 60_000 });
    const { file, picture, refusal, doubled, notes } = JSON.parse(stdout);
    expect(picture).toEqual([0, 60, 120, 180, 20, 80, 140, 200, 40, 100, 160, 220]);
    expect(doubled).toEqual([2, 4, 6]);
    expect(notes.join()).toContain("Fovea computes on one thread");
    expect(refusal).toMatchInlineSnapshot(`
      "decodePng: works in Node only
        hint     await decodePicture(bytes)"
    `);
    expect([...decodePng(Uint8Array.from(file)).data]).toEqual(
      Array.from({ length: 12 }, (_, i) => 20 * i),
    );
  });
});

describe("a PNG file read by streams", () => {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i) % 251);
  const file = encodePng({ width: 40, height: 30, channels: 3, data });
  /** The pixels replaced by another compressed stream. */
  const withPixels = (packed: Uint8Array): Uint8Array => {
    const chunk = new Uint8Array(12 + packed.length);
    const view = new DataView(chunk.buffer);
    view.setUint32(0, packed.length);
    chunk.set(new TextEncoder().encode("IDAT"), 4);
    chunk.set(packed, 8);
    view.setUint32(8 + packed.length, crc32(chunk.subarray(4, 8 + packed.length)));
    const end = file.subarray(file.length - 12);
    return Uint8Array.from([...file.subarray(0, 33), ...chunk, ...end]);
  };

  it("has the same pixels", async () => {
    expect(await decodePngByStream(file)).toEqual(decodePng(file));
  });

  it("is refused for the same reasons", async () => {
    const whole = 30 * (1 + 3 * 40);
    const wrong = {
      "more pixels than the header": withPixels(storedZlib(new Uint8Array(whole + 1))),
      "fewer pixels than the header": withPixels(storedZlib(new Uint8Array(whole - 1))),
      "the compressed pixels are corrupt": withPixels(new Uint8Array(whole)),
    };
    for (const [reason, bytes] of Object.entries(wrong)) {
      expect(() => decodePng(bytes), reason).toThrow(reason);
      await expect(decodePngByStream(bytes), reason).rejects.toThrow(reason);
      await expect(decodePngByStream(bytes)).rejects.toThrow(FormatError);
    }
  });

  it("never takes more memory than the picture", async () => {
    const bomb = storedZlib(new Uint8Array(10_000_000));
    await expect(inflateByStream([bomb], 1000)).rejects.toThrow(RangeError);
  });

  it("has the same checksums", () => {
    for (const length of [0, 1, 9, 1000]) {
      const bytes = data.subarray(0, length);
      expect(crc32ByTable(bytes)).toBe(crc32(bytes));
    }
  });
});
