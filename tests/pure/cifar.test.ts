import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cifar10Archive, cifar100, cifar100Archive } from "../../src/data/cifar.ts";
import { type CifarArchive, obtainCifar } from "../../src/data/cifarArchive.ts";
import type { DataOptions } from "../../src/data/sources.ts";
import { readTar } from "../../src/data/tar.ts";
import { FormatError, OptionError } from "../../src/tensor/errors.ts";

/** One file in a tar archive, as ustar writes it. */
function entry(name: string, content: Uint8Array, type = "0"): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(`${content.length.toString(8).padStart(11, "0")} `, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tarOf = (...entries: Buffer[]): Buffer => Buffer.concat([...entries, Buffer.alloc(1024)]);

/** Records of two labels; each pixel of an image is its number. */
function records(...labels: [number, number][]): Uint8Array {
  const out = new Uint8Array(labels.length * 3074);
  for (const [i, pair] of labels.entries()) {
    out.set(pair, i * 3074);
    out.fill(i + 1, i * 3074 + 2, (i + 1) * 3074);
  }
  return out;
}

const tar = tarOf(
  entry("tiny/", new Uint8Array(0), "5"),
  entry("tiny/readme.txt", Buffer.from("hello")),
  entry("tiny/b1.bin", records([0, 3], [1, 0])),
  entry("tiny/b2.bin", records([1, 2])),
  entry("tiny/test.bin", records([0, 1])),
);

function archiveOf(content: Uint8Array, mirror = "http://127.0.0.1:9/"): CifarArchive {
  return {
    title: "Tiny",
    name: "tiny",
    file: "tiny.tar.gz",
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    mirrors: [mirror],
    folder: "tiny",
    train: [
      { name: "b1.bin", images: 2 },
      { name: "b2.bin", images: 1 },
    ],
    test: [{ name: "test.bin", images: 1 }],
    labels: [
      ["x", "y"],
      ["a", "b", "c", "d"],
    ],
  };
}

let cacheDir: string;
let servers: Server[] = [];
let messages: string[];
const options = (more: DataOptions = {}): DataOptions => ({
  cacheDir,
  onProgress: (message) => messages.push(message),
  ...more,
});

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), "fovea-cifar-"));
  messages = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
  rmSync(cacheDir, { recursive: true, force: true });
});

async function serve(content: Uint8Array): Promise<string> {
  const server = createServer((_, response) => response.end(content));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("CIFAR's form", () => {
  it("is downloaded, verified, kept unpacked, and then read from the cache", async () => {
    const packed = gzipSync(tar);
    const archive = archiveOf(packed, await serve(packed));
    const first = await obtainCifar(archive, 1, options());
    expect(first.origin).toBe("download");
    expect(first.train).toMatchObject({
      name: "tiny/train",
      length: 3,
      imageShape: [3, 32, 32],
      classes: ["a", "b", "c", "d"],
    });
    expect([...first.train.labels]).toEqual([3, 0, 2]);
    expect([0, 3071, 3072, 6144].map((i) => first.train.images[i])).toEqual([1, 1, 2, 1]);
    expect(first.train.images.length).toBe(3 * 3072);
    const coarse = await obtainCifar({ ...archive, mirrors: [] }, 0, options());
    expect(coarse.origin).toBe("cache");
    expect([...coarse.train.labels]).toEqual([0, 1, 1]);
    expect([...coarse.test.labels]).toEqual([0]);
    expect(coarse.test.images).toEqual(first.test.images);
  });

  it("is unpacked from an archive that lies in the cache, and again where a file was damaged", async () => {
    const packed = gzipSync(tar);
    mkdirSync(join(cacheDir, "tiny"));
    writeFileSync(join(cacheDir, "tiny", "tiny.tar.gz"), packed);
    const archive = archiveOf(packed);
    const { train } = await obtainCifar(archive, 1, options({ offline: true }));
    const path = join(cacheDir, "tiny", "b1.bin");
    const damaged = readFileSync(path);
    damaged[100] = 99;
    writeFileSync(path, damaged);
    expect((await obtainCifar(archive, 1, options({ offline: true }))).train).toEqual(train);
  });

  it("says how to get it by hand", async () => {
    const { message } = await obtainCifar(archiveOf(gzipSync(tar)), 1, options()).then(
      () => expect.unreachable(),
      (error: Error) => error,
    );
    expect(message.replaceAll(cacheDir, "CACHE")).toMatchInlineSnapshot(`
      "Tiny could not be had
        cache      no tiny.tar.gz in CACHE/tiny
        download   127.0.0.1:9: bad port
        hint       put tiny.tar.gz from http://127.0.0.1:9/ into CACHE/tiny"
    `);
  });

  it("refuses archives that are not what they should be", async () => {
    const refused = async (content: Uint8Array, archive = archiveOf(content)): Promise<string> => {
      mkdirSync(join(cacheDir, "tiny"), { recursive: true });
      writeFileSync(join(cacheDir, "tiny", "tiny.tar.gz"), content);
      return obtainCifar(archive, 1, options({ sources: ["cache"] })).then(
        () => "nothing",
        (error: { facts: readonly { value: string }[] }) => String(error.facts[0]?.value),
      );
    };
    const packed = gzipSync(tar);
    const other = Uint8Array.from(packed);
    other[20] = (other[20] as number) ^ 1;
    expect(await refused(other, archiveOf(packed))).toContain("checksum is wrong");
    expect(await refused(packed.subarray(1), archiveOf(packed))).toContain("not the expected size");
    expect(await refused(gzipSync(Buffer.alloc(8 << 20)))).toContain("larger than");
    expect(await refused(gzipSync(tar.subarray(0, 3000)))).toContain("cut");
    expect(await refused(gzipSync(tarOf()))).toContain("b1.bin is not as it should be");
    const link = entry("tiny/b1.bin", new Uint8Array(0), "2");
    expect(await refused(gzipSync(tarOf(link)))).toContain("b1.bin is not as it should be");
    const { length } = records([0, 0]);
    const short = tarOf(entry("tiny/b1.bin", new Uint8Array(length)));
    expect(await refused(gzipSync(short))).toContain("b1.bin is not as it should be");
    const label = Buffer.from(tar);
    label[label.indexOf("tiny/b2.bin") + 512 + 1] = 200;
    await expect(async () => {
      writeFileSync(join(cacheDir, "tiny", "tiny.tar.gz"), gzipSync(label));
      await obtainCifar(archiveOf(gzipSync(label)), 1, options({ sources: ["cache"] }));
    }).rejects.toThrow("tiny/train: label 200 of image 2 is no class");
  });

  it("has ten classes, or a hundred in twenty groups", async () => {
    expect(cifar10Archive.labels.map((names) => new Set(names).size)).toEqual([10]);
    expect(cifar100Archive.labels.map((names) => new Set(names).size)).toEqual([20, 100]);
    const fine = cifar100Archive.labels[1] as string[];
    expect(fine.toSorted()).toEqual(fine);
    await expect(cifar100({ labels: "both" as "fine" })).rejects.toThrow(OptionError);
  });
});

describe("readTar", () => {
  it("lists plain files and passes over everything else", () => {
    const files = readTar(
      tarOf(
        entry("../../etc/passwd", Buffer.from("x")),
        entry("link", new Uint8Array(0), "1"),
        entry("a", Buffer.from("hello")),
      ),
      "t",
    );
    expect([...files.keys()]).toEqual(["../../etc/passwd", "a"]);
    expect(String(Buffer.from(files.get("a") as Uint8Array))).toBe("hello");
  });

  it("refuses damage", () => {
    const damaged = Buffer.from(tar);
    damaged[3] = 0;
    expect(() => readTar(damaged, "t")).toThrow(FormatError);
    const huge = entry("a", Buffer.from("x"));
    huge.write("77777777777 ", 124);
    expect(() => readTar(huge, "t")).toThrow("checksum is wrong");
    expect(() => readTar(entry("a", Buffer.alloc(600)).subarray(0, 900), "t")).toThrow("cut");
  });
});
