import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  decodePicture,
  exportFolder,
  fromArrays,
  type ImageFolderOptions,
  imageFolder,
  loadFiles,
  loadFolder,
  readPicture,
  split,
} from "../../src/data/index.ts";
import { encodePng } from "../../src/interop/png.ts";
import { DataError, FormatError, OptionError } from "../../src/tensor/errors.ts";
import { jpegFile } from "./jpeg/files.ts";
import { refusal } from "./refusal.ts";

let root: string;
let messages: string[];
const quiet = (options: ImageFolderOptions = {}): ImageFolderOptions => ({
  onProgress: (message) => messages.push(message),
  ...options,
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fovea-folder-"));
  messages = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A PNG file of one colour. */
function png(width: number, height: number, colour: readonly number[]): Uint8Array {
  const channels = colour.length as 1 | 3 | 4;
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) =>
    Number(colour[i % channels]),
  );
  return encodePng({ width, height, channels, data });
}

function put(path: string, bytes: Uint8Array | string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

describe("decodePicture", () => {
  it("tells formats by their content and gives planes", async () => {
    const colour = await decodePicture(png(2, 1, [1, 2, 3]));
    expect(colour).toEqual({
      channels: 3,
      height: 1,
      width: 2,
      data: Uint8Array.of(1, 1, 2, 2, 3, 3),
    });
    expect(await decodePicture(jpegFile("grey"))).toMatchObject({ channels: 1, height: 13 });
    const both = { channels: 3, height: 13, width: 17 };
    expect(await decodePicture(jpegFile("grey"), { channels: 3 })).toMatchObject(both);
    expect(await decodePicture(jpegFile("progressive"), { channels: 1 })).toMatchObject({
      channels: 1,
    });
  });

  it("lays transparent parts on black", async () => {
    const picture = await decodePicture(png(1, 1, [200, 100, 50, 128]));
    expect([...picture.data]).toEqual([100, 50, 25]);
  });

  it("names sharp for formats that it does not read", async () => {
    const webp = new Uint8Array(Buffer.from("RIFF\x10\0\0\0WEBPVP8 ", "latin1"));
    expect(await refusal(root, decodePicture(webp, { name: "a.png" }))).toMatchInlineSnapshot(`
      "DataError: a.png: Fovea does not read WebP files itself
        hint     npm install sharp, or convert it to PNG"
    `);
    const text = decodePicture(new Uint8Array(Buffer.from("hello")), { name: "a.png" });
    expect(await refusal(root, text)).toMatchInlineSnapshot(`
      "FormatError: a.png: not an image
        found    68 65 6c 6c 6f   first bytes"
    `);
    expect(await refusal(root, decodePicture(new Uint8Array(0)))).toMatchInlineSnapshot(`
      "FormatError: picture: the file is empty
        found    0 bytes   first bytes"
    `);
    await expect(decodePicture(webp, { channels: 2 as 1 })).rejects.toThrow(OptionError);
  });

  it("refuses a picture that is too wide before it allocates", async () => {
    const file = png(1, 1, [0]);
    new DataView(file.buffer, file.byteOffset).setUint32(16, 60_000);
    expect(await refusal(root, decodePicture(file))).toMatchInlineSnapshot(`
      "FormatError: picture: the picture is too large
        picture   60000 x 1
        limit     32768 pixels wide or high"
    `);
    await expect(decodePicture(png(9, 9, [0]), { maxPixels: 80 })).rejects.toThrow(FormatError);
  });
});

describe("imageFolder", () => {
  it("finds classes by folder, sorted, and ignores what is hidden or no image", async () => {
    put("dog/2.png", png(2, 3, [20]));
    put("dog/deep/1.PNG", png(2, 3, [10]));
    put("cat/1.jpg", png(2, 3, [30]));
    put("cat/.hidden.png", "x");
    put("cat/notes.txt", "x");
    put(".git/a.png", "x");
    put("readme.md", "x");
    const { train, test, validation } = await imageFolder(root, quiet());
    expect(train).toMatchObject({
      classes: ["cat", "dog"],
      files: ["cat/1.jpg", "dog/2.png", "dog/deep/1.PNG"],
      labels: Int32Array.of(0, 1, 1),
      length: 3,
      size: [3, 2],
      channels: 1,
      root,
      skipped: [],
    });
    expect([test, validation]).toEqual([null, null]);
    expect(messages).toEqual([]);
    const picture = await readPicture(train, "dog/deep/1.PNG");
    expect(picture).toMatchObject({ channels: 1, height: 3, width: 2 });
    expect([...picture.data]).toEqual([10, 10, 10, 10, 10, 10]);
  });

  it("finds the parts train, val and test", async () => {
    for (const part of ["train", "val", "test"]) put(`${part}/a/1.png`, png(1, 1, [0]));
    put("train/a/2.png", png(1, 1, [0]));
    const parts = await imageFolder(root, quiet());
    expect(parts.train.files).toEqual(["train/a/1.png", "train/a/2.png"]);
    expect(parts.test?.files).toEqual(["test/a/1.png"]);
    expect(parts.validation?.files).toEqual(["val/a/1.png"]);
    rmSync(join(root, "test"), { recursive: true });
    const two = await imageFolder(root, quiet());
    expect(two.test?.files).toEqual(["val/a/1.png"]);
    expect(two.validation).toBe(null);
    // A class may be called so: then it is not the only folder beside train.
    put("plane/1.png", png(1, 1, [0]));
    put("train/1.png", png(1, 1, [0]));
    rmSync(join(root, "val"), { recursive: true });
    expect((await imageFolder(root, quiet())).train.classes).toEqual(["plane", "train"]);
  });

  it("says which classes differ between the parts", async () => {
    for (const path of ["train/a/1.png", "train/b/1.png", "test/a/1.png", "test/c/1.png"]) {
      put(path, png(1, 1, [0]));
    }
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: train and test have different classes
        folder       ROOT
        only train   b
        only test    c
        hint         both need the same class folders"
    `);
  });

  it("refuses folders that are not of this form", async () => {
    expect(await refusal(root, imageFolder(join(root, "none"), quiet()))).toMatchInlineSnapshot(`
      "DataError: the folder of images does not exist
        path     ROOT/none
        hint     give the folder that holds one folder for each class"
    `);
    put("1.png", png(1, 1, [0]));
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: there are no class folders
        folder   ROOT
        found    1 image in no folder
        hint     put the images of each class into a folder of its name: FOLDER/cat/1.jpg"
    `);
    expect(await refusal(root, imageFolder(join(root, "1.png"), quiet()))).toMatchInlineSnapshot(`
      "DataError: the folder of images is not a folder
        path     ROOT/1.png
        hint     give the folder that holds one folder for each class"
    `);
    put("a/1.png", png(1, 1, [0]));
    mkdirSync(join(root, "empty"));
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: a class has no images
        folder   ROOT
        class    empty
        hint     put images into its folder, or remove the folder"
    `);
  });

  it("wants one size, or none on purpose", async () => {
    put("a/1.png", png(4, 2, [0]));
    put("a/2.png", png(2, 2, [0]));
    expect(await refusal(root, imageFolder(root, quiet()))).toMatchInlineSnapshot(`
      "DataError: the images have different sizes (height x width)
        folder   ROOT
        image    2 x 4   a/1.png
        image    2 x 2   a/2.png
        hint     give one: { size: 64 }, or { size: null } and transforms such as randomResizedCrop(64)"
    `);
    const { train } = await imageFolder(root, quiet({ size: null }));
    expect(train.size).toBe(null);
    expect(await readPicture(train, "a/1.png")).toMatchObject({ height: 2, width: 4 });
    await expect(loadFiles(train)).rejects.toThrow("no common size");
  });

  it("crops, pads or stretches to a size", async () => {
    const pixels = Uint8Array.of(0, 50, 100, 150, 0, 50, 100, 150);
    put("a/1.png", encodePng({ width: 4, height: 2, channels: 1, data: pixels }));
    const read = async (options: ImageFolderOptions): Promise<number[]> => {
      const { train } = await imageFolder(root, quiet(options));
      return [...(await readPicture(train, "a/1.png")).data];
    };
    expect(await read({ size: 2 })).toEqual([50, 100, 50, 100]);
    expect(await read({ size: [4, 4], resizeMode: "pad" })).toEqual([
      ...[0, 0, 0, 0],
      ...[0, 50, 100, 150],
      ...[0, 50, 100, 150],
      ...[0, 0, 0, 0],
    ]);
    expect(await read({ size: [1, 4], resizeMode: "stretch" })).toEqual([0, 50, 100, 150]);
  });

  it("makes all colour where some are, and says so", async () => {
    put("a/1.png", png(1, 1, [7]));
    put("a/2.png", png(1, 1, [1, 2, 3]));
    const { train } = await imageFolder(root, quiet());
    expect(train.channels).toBe(3);
    expect([...(await readPicture(train, "a/1.png")).data]).toEqual([7, 7, 7]);
    expect(messages).toEqual([
      "1 of 2 images are grey: all are read as colour, { channels: 1 } makes all grey",
    ]);
    const grey = await imageFolder(root, quiet({ channels: 1 }));
    expect((await readPicture(grey.train, "a/2.png")).channels).toBe(1);
  });

  it("refuses bad files, or leaves them out and says why", async () => {
    put("a/good.png", png(3, 3, [0]));
    put("a/empty.png", "");
    put("a/text.png", "no picture");
    const cut = png(3, 3, [9]);
    put("a/cut.png", cut.subarray(0, cut.length - 20));
    put("a/cut.jpg", jpegFile("baseline, full colour").subarray(0, 640));
    writeFileSync(join(root, "secret.png"), png(3, 3, [0]));
    symlinkSync(join(root, "secret.png"), join(root, "a", "link.png"));
    symlinkSync("/", join(root, "a", "out"));
    execFileSync("mkfifo", [join(root, "a", "pipe.png")]);
    mkdirSync(join(root, "a", "folder.png"));
    // Headers are looked at first: what is cut further on is found when it is read.
    expect(await refusal(root, imageFolder(root, quiet({ size: 3 })))).toMatchInlineSnapshot(`
      "DataError: 5 files cannot be used
        folder   ROOT
        bad      a/link.png    links are not followed
        bad      a/out         links are not followed
        bad      a/pipe.png    not a file
        bad      a/empty.png   the file is empty
        bad      a/text.png    not an image
        hint     leave them out: { onBadImage: "skip" }"
    `);
    const { train } = await imageFolder(root, quiet({ size: 3, onBadImage: "skip" }));
    expect(train.files).toEqual(["a/good.png"]);
    expect(train.skipped.map(({ file }) => file)).toEqual([
      ...["a/link.png", "a/out", "a/pipe.png"],
      ...["a/cut.jpg", "a/cut.png", "a/empty.png", "a/text.png"],
    ]);
    expect(messages.at(-1)).toMatchInlineSnapshot(
      `"left out 7 bad files: a/link.png (links are not followed), a/out (links are not followed), a/pipe.png (not a file) and 4 more"`,
    );
    const all = { ...train, files: ["a/cut.jpg", "a/link.png", "a/pipe.png", "a/gone.png"] };
    expect(await refusal(root, readPicture(all, "a/cut.jpg"))).toMatchInlineSnapshot(`
      "DataError: a/cut.jpg: the compressed pixels are cut short
        rows     1 of 2 blocks
        folder   ROOT"
    `);
    for (const file of all.files) await expect(readPicture(all, file)).rejects.toThrow(DataError);
    rmSync(join(root, "a/good.png"));
    expect(
      await refusal(root, imageFolder(root, quiet({ size: 3, onBadImage: "skip" }))),
    ).toMatchInlineSnapshot(`
      "DataError: ROOT: all images of 1 class are bad
        folder   ROOT
        class    a
        bad      a/cut.jpg (the compressed pixels are cut short)
        bad      a/cut.png (the file ends inside IDAT)
        bad      a/empty.png (the file is empty)"
    `);
  });

  it("refuses impossible options", async () => {
    for (const options of [
      { size: 0 },
      { size: [1, 2, 3] },
      { size: 1.5 },
      { channels: 2 },
      { resizeMode: "squash" },
      { onBadImage: "ignore" },
      { decoder: "magic" },
      { sise: 3 },
    ]) {
      await expect(imageFolder(root, options as ImageFolderOptions)).rejects.toThrow(OptionError);
    }
    await expect(imageFolder(root, { sise: 3 } as ImageFolderOptions)).rejects.toThrow(
      'did you mean "size"?',
    );
  });
});

describe("exportFolder and loadFolder", () => {
  const dataset = fromArrays(
    Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 3 * 5 * 4 }, (_, j) => (i * j) % 256),
    ),
    Array.from({ length: 12 }, (_, i) => i % 3),
    { imageShape: [3, 5, 4], classes: ["ant", "bee/wasp", "..cat"] },
  );

  it("give back the same pixels", async () => {
    const path = join(root, "out");
    expect(await exportFolder(dataset, path)).toBe(12);
    const { train, test, skipped } = await loadFolder(path, quiet());
    expect(messages).toEqual(["out: reading 12 images of 3 x 5 x 4, 0.0 MB"]);
    expect([test, skipped]).toEqual([null, []]);
    expect(train).toMatchObject({ classes: ["-cat", "ant", "bee-wasp"], imageShape: [3, 5, 4] });
    // Folders come in the order of their names, images in their own order.
    const from = [2, 5, 8, 11, 0, 3, 6, 9, 1, 4, 7, 10];
    expect([...train.images]).toEqual(
      from.flatMap((index) => [...dataset.images.subarray(index * 60, (index + 1) * 60)]),
    );
    const [most, rest] = split((await imageFolder(path, quiet())).train, [0.75, 0.25], {
      stratified: true,
    });
    expect([most?.length, rest?.length]).toEqual([9, 3]);
    const part = await loadFiles(rest as NonNullable<typeof rest>, { onProgress: () => {} });
    expect([...part.labels].sort()).toEqual([0, 1, 2]);
  });

  it("refuse what would overwrite, collide or not fit", async () => {
    put("full/file", "x");
    expect(await refusal(root, exportFolder(dataset, join(root, "full")))).toMatchInlineSnapshot(`
      "DataError: the folder to write to is not empty
        path     ROOT/full
        found    file
        hint     give a new folder"
    `);
    const same = { ...dataset, classes: ["a/b", "A-b", "c"] };
    expect(await refusal(root, exportFolder(same, join(root, "new")))).toMatchInlineSnapshot(`
      "DataError: arrays: class "A-b" cannot have a folder of its own
        folder       A-b
        is that of   "a/b"
        hint         give the classes other names"
    `);
    await exportFolder(dataset, join(root, "out"));
    expect(
      await refusal(root, loadFolder(join(root, "out"), { ...quiet(), maxBytes: 100 })),
    ).toMatchInlineSnapshot(`
      "DataError: out: the images do not fit into memory
        images   12 of 3 x 5 x 4   0.0 MB
        limit    0.0 MB            maxBytes
        hint     read them while training: data.transformed(list, []), or give a smaller size"
    `);
  });
});
