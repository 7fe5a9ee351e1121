// Folders as they are found: odd names, files that are no images, damage, what may not be read, what changes under way.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import {
  decodePicture,
  type ImageFolderOptions,
  imageFolder,
  loadFiles,
  loadFolder,
  transformed,
} from "../../src/data/index.ts";
import { encodePng } from "../../src/interop/png.ts";
import { FormatError } from "../../src/tensor/errors.ts";
import { jpegCases, jpegFile } from "./jpeg/files.ts";
import { refusal } from "./refusal.ts";

let root: string;
const quiet = (options: ImageFolderOptions = {}): ImageFolderOptions => ({
  onProgress: () => {},
  ...options,
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fovea-bad-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const grey = (value: number): Uint8Array =>
  encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(value) });

function put(path: string, bytes: Uint8Array | string = grey(9)): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

describe("a few bad files among many", () => {
  beforeEach(() => {
    for (let i = 0; i < 2500; i++) put(`${i % 2 === 0 ? "a" : "b"}/${i}.png`, grey(i % 256));
    truncateSync(join(root, "a/1000.png"), 0);
    truncateSync(join(root, "b/1001.png"), 50);
    put("a/1002.png", "not a picture");
  });

  it("are left out, counted and named, where that was asked for", async () => {
    const messages: string[] = [];
    const onProgress = (message: string): void => void messages.push(message);
    const { train, skipped } = await loadFolder(root, { onBadImage: "skip", onProgress });
    expect(train.length).toBe(2497);
    expect(skipped).toEqual([
      { file: "a/1000.png", reason: "the file is empty" },
      { file: "a/1002.png", reason: "not an image" },
      { file: "b/1001.png", reason: "the file ends inside IDAT" },
    ]);
    expect(messages.slice(0, 2)).toEqual([
      "checking 2500 images",
      "left out 3 bad files: a/1000.png (the file is empty), a/1002.png (not an image), b/1001.png (the file ends inside IDAT)",
    ]);
  });

  it("are all named before training begins, where it was not", async () => {
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: 2 files cannot be used
        folder   ROOT
        bad      a/1000.png   the file is empty
        bad      a/1002.png   not an image
        hint     leave them out: { onBadImage: "skip" }"
    `);
    put("a/1000.png");
    put("a/1002.png");
    // What is damaged behind its header is found when it is read.
    expect(await refusal(root, loadFolder(root, quiet()))).toContain(
      "b/1001.png: the file ends inside",
    );
  });
});

describe("names", () => {
  it("may have spaces, any letters and signs, and be deep", async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `level ${i}`).join("/");
    const names = [
      "a b/ü ñ 日本 🦆.png",
      "a b/u\u0308.png",
      "a b/100%.png",
      "a b/#1?x=2&y.png",
      "a b/-rf.png",
      "a b/'quoted' \"twice\".PNG",
      "a b/$HOME;`x`.png",
      "a b/line\nbreak.png",
      "a b/back\\slash.png",
      `größe/${deep}/x.png`,
    ];
    for (const [i, name] of names.entries()) put(name, grey(i));
    const { train } = await imageFolder(root, quiet());
    expect(train.classes).toEqual(["a b", "größe"]);
    expect([...train.files].sort()).toEqual([...names].sort());
    const expected = train.files.map((file) => names.indexOf(file));
    const { images } = await loadFiles(train, { onProgress: () => {} });
    expect(expected.map((_, i) => images[4 * i])).toEqual(expected);
    const streamed = transformed(train, [], { workers: 1 });
    const order = Int32Array.from(names.keys());
    for await (const batch of streamed.batches(order, names.length, { seed: 0, epoch: 0 }))
      expect(batch.images).toEqual(images);
    streamed.close();
  });

  it("that are no images' names are passed over", async () => {
    for (const file of ["1.png", "Thumbs.db", "desktop.ini", ".DS_Store", "._1.png", "list.txt"])
      put(`a/${file}`, file === "1.png" ? grey(1) : "x");
    for (const file of [".DS_Store", "Thumbs.db", "labels.csv"]) put(file, "x");
    const { train } = await imageFolder(root, quiet());
    expect(train.files).toEqual(["a/1.png"]);
  });
});

describe("links", () => {
  it("in a circle end nowhere, and classes that are links are missed aloud", async () => {
    put("a/1.png");
    symlinkSync("..", join(root, "a", "up"));
    symlinkSync("itself.png", join(root, "a", "itself.png"));
    symlinkSync("a", join(root, "b"));
    symlinkSync("nowhere", join(root, "c"));
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: 3 files cannot be used
        folder   ROOT
        bad      b              links are not followed
        bad      a/itself.png   links are not followed
        bad      a/up           links are not followed
        hint     leave them out: { onBadImage: "skip" }"
    `);
    const { train } = await imageFolder(root, quiet({ onBadImage: "skip" }));
    expect([train.classes, train.files]).toEqual([["a"], ["a/1.png"]]);
    expect(train.skipped.map(({ file }) => file)).toEqual(["b", "a/itself.png", "a/up"]);
  });

  it("in the place of a part are refused", async () => {
    put("train/a/1.png");
    put("val/a/1.png");
    symlinkSync("val", join(root, "test"));
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: the folder test is a link, and links are not followed
        folder   ROOT
        hint     put the folder itself there"
    `);
  });
});

/** Works as a user without rights: root may read everything. */
async function withoutRights({ skip }: TestContext, work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (process.geteuid === undefined) skip("this system has no permissions of this kind");
  if (!isRoot) return work();
  chmodSync(root, 0o755);
  process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe("what may not be read", () => {
  it("is named, be it a file, a class or the whole folder", async (context) => {
    for (const file of ["a/1.png", "a/2.png", "b/1.png", "b/in/2.png", "c/1.png"]) put(file);
    chmodSync(join(root, "a/2.png"), 0);
    chmodSync(join(root, "b/in"), 0);
    await withoutRights(context, async () => {
      expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
        "DataError: 2 files cannot be used
          folder   ROOT
          bad      b/in      the folder may not be read
          bad      a/2.png   the file may not be read
          hint     leave them out: { onBadImage: "skip" }"
      `);
      const { train } = await imageFolder(root, quiet({ onBadImage: "skip" }));
      expect(train.files).toEqual(["a/1.png", "b/1.png", "c/1.png"]);
    });
    chmodSync(join(root, "c"), 0);
    await withoutRights(context, async () => {
      expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
        "DataError: a class has no images
          folder   ROOT
          class    c
          bad      b/in   the folder may not be read
          bad      c      the folder may not be read
          hint     put images into its folder, or remove the folder"
      `);
      expect(await refusal(root, imageFolder(join(root, "c"), quiet()))).toMatchInlineSnapshot(`
        "DataError: the folder of images may not be read
          path     ROOT/c
          hint     give the folder that holds one folder for each class"
      `);
    });
    for (const folder of ["b/in", "c"]) chmodSync(join(root, folder), 0o755);
  });
});

describe("pictures that are too large", () => {
  it("are refused by their header, without the memory for them", async () => {
    const wide = grey(1);
    new DataView(wide.buffer, wide.byteOffset).setUint32(16, 60_000);
    put("a/wide.png", wide);
    const huge = Uint8Array.from(jpegFile("grey"));
    // The frame's header: marker, length, precision, height, width.
    const frame = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc0);
    huge.set([0x75, 0x30, 0x75, 0x30], frame + 5);
    put("a/huge.jpg", huge);
    const before = process.memoryUsage.rss();
    expect(await refusal(root, imageFolder(root, quiet({ size: 8 })))).toMatchInlineSnapshot(`
      "DataError: 2 files cannot be used
        folder   ROOT
        bad      a/huge.jpg   the picture is too large
        bad      a/wide.png   the picture is too large
        hint     leave them out: { onBadImage: "skip" }"
    `);
    await expect(decodePicture(huge)).rejects.toThrow(FormatError);
    // 30,000 x 30,000 would be 900 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  });
});

describe("a folder that changes under way", () => {
  it("is an error that names the file, not a wrong picture", async () => {
    for (const file of ["a/1.png", "a/2.png", "a/3.png", "a/4.png"]) put(file);
    const { train } = await imageFolder(root, quiet());
    const changes: Record<string, () => void> = {
      "a/1.png: the file does not exist any more": () => rmSync(join(root, "a/1.png")),
      "a/2.png: the file is a link": () => {
        rmSync(join(root, "a/2.png"));
        symlinkSync("4.png", join(root, "a/2.png"));
      },
      "a/3.png: the file ends": () => truncateSync(join(root, "a/3.png"), 40),
      "a/4.png: not an image": () => put("a/4.png", "text"),
    };
    for (const [index, [reason, change]] of Object.entries(changes).entries()) {
      change();
      for (const workers of [0, 1]) {
        const streamed = transformed(train, [], { workers });
        const batches = streamed.batches(Int32Array.of(index), 1, { seed: 0, epoch: 0 });
        await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow(reason);
        streamed.close();
      }
    }
  });
});

describe("every kind of PNG and JPEG file", () => {
  it("is one picture, grey or colour, of the size that its header says", async () => {
    const lines = readFileSync(new URL("png/cases.jsonl", import.meta.url), "utf8");
    const pngs = lines
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const kinds = pngs.map(({ name }) => name as string).join("; ");
    for (const kind of ["16 bits", "interlaced", "colour type 3", "colour type 4", "colour type 6"])
      expect(kinds).toContain(kind);
    for (const [i, { png }] of pngs.entries()) put(`a/${i}.png`, Buffer.from(png, "base64"));
    for (const [i, { jpeg }] of jpegCases.entries()) put(`a/${i}.jpg`, jpeg);
    const kept = jpegCases.map(({ name }) => name).join("; ");
    for (const kind of ["progressive", "four inks", "grey", "Exif orientation 6"])
      expect(kept).toContain(kind);
    for (const channels of [1, 3] as const) {
      const { train } = await imageFolder(root, quiet({ size: 8, channels, onBadImage: "skip" }));
      expect([train.length, train.skipped]).toEqual([pngs.length + jpegCases.length, []]);
      const { images } = await loadFiles(train, { onProgress: () => {} });
      expect(images.length).toBe(train.length * channels * 64);
    }
    for (const { jpeg, width, height, name } of jpegCases)
      expect(await decodePicture(jpeg), name).toMatchObject({ width, height });
  });
});
