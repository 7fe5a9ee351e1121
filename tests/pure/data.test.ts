import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Archive } from "../../src/data/archive.ts";
import { cacheFolder } from "../../src/data/cacheFolder.ts";
import { download } from "../../src/data/download.ts";
import { fashionMnist, fashionMnistArchive } from "../../src/data/fashionMnist.ts";
import { mnist } from "../../src/data/mnist.ts";
import { obtain } from "../../src/data/obtain.ts";
import type { DataOptions } from "../../src/data/sources.ts";
import { DataError, OptionError } from "../../src/tensor/errors.ts";

// A data set of two training images and one test image, 2 x 2.
const contents = {
  trainImages: Uint8Array.of(
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
  ),
  trainLabels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 0),
  testImages: Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 9, 9, 9, 9),
  testLabels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 1),
};

function archiveAt(mirrors: readonly string[], debianFolder?: string): Archive {
  const file = (name: string, content: Uint8Array) => ({
    name,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
  });
  return {
    title: "Tiny",
    name: "tiny",
    classes: ["left", "right"],
    mirrors,
    files: {
      trainImages: file("train-images", contents.trainImages),
      trainLabels: file("train-labels", contents.trainLabels),
      testImages: file("t10k-images", contents.testImages),
      testLabels: file("t10k-labels", contents.testLabels),
    },
    ...(debianFolder === undefined
      ? {}
      : { debian: { package: "dataset-tiny", folder: debianFolder } }),
  };
}

const packedByPath = new Map([
  ["/train-images.gz", gzipSync(contents.trainImages)],
  ["/train-labels.gz", gzipSync(contents.trainLabels)],
  ["/t10k-images.gz", gzipSync(contents.testImages)],
  ["/t10k-labels.gz", gzipSync(contents.testLabels)],
]);

const serveAll: RequestListener = (request, response) => {
  response.end(packedByPath.get(request.url ?? ""));
};

let folder: string;
const servers: Server[] = [];
let messages: string[];
const onProgress = (message: string): void => void messages.push(message);

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-data-"));
  messages = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

describe("obtain", () => {
  const options = (): DataOptions => ({
    cacheDir: folder,
    onProgress,
    sources: ["cache", "debian", "download"],
  });

  it("downloads, verifies, keeps in the cache, and takes it from there the next time", async () => {
    const archive = archiveAt([await serve(serveAll)]);
    const first = await obtain(archive, options());
    expect(first.origin).toBe("download");
    expect(first.train).toMatchObject({
      name: "tiny/train",
      length: 2,
      imageShape: [1, 2, 2],
      classes: ["left", "right"],
    });
    expect([...first.train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...first.train.labels]).toEqual([1, 0]);
    expect([...first.test.images]).toEqual([9, 9, 9, 9]);
    expect(readdirSync(join(folder, "tiny")).sort()).toEqual([
      "t10k-images",
      "t10k-labels",
      "train-images",
      "train-labels",
    ]);
    const second = await obtain(archive, { ...options(), offline: true });
    expect(second).toEqual({ ...first, origin: "cache" });
  });

  it("takes .gz files that someone put into the cache", async () => {
    mkdirSync(join(folder, "tiny"));
    for (const [path, packed] of packedByPath) writeFileSync(join(folder, "tiny", path), packed);
    expect((await obtain(archiveAt([]), options())).origin).toBe("cache");
    expect(readFileSync(join(folder, "tiny", "train-labels"))).toEqual(
      Buffer.from(contents.trainLabels),
    );
  });

  it("reads what a Debian package has installed", async () => {
    const installed = join(folder, "installed");
    mkdirSync(installed);
    for (const [path, packed] of packedByPath) writeFileSync(join(installed, path), packed);
    expect((await obtain(archiveAt([], installed), options())).origin).toBe("debian");
    expect((await obtain(archiveAt([], installed), options())).origin).toBe("cache");
  });

  it("replaces a damaged file in the cache", async () => {
    const archive = archiveAt([await serve(serveAll)]);
    await obtain(archive, options());
    const damaged = join(folder, "tiny", "train-images");
    const bytes = readFileSync(damaged);
    bytes.writeUInt8(255 - bytes.readUInt8(20), 20);
    writeFileSync(damaged, bytes);
    const again = await obtain(archive, options());
    expect(again.origin).toBe("download");
    expect([...again.train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await obtain(archive, { ...options(), offline: true })).origin).toBe("cache");
  });

  it("goes on with an interrupted download where it was", async () => {
    let isBroken = true;
    const asked: string[] = [];
    const archive = archiveAt([
      await serve((request, response) => {
        asked.push(request.url ?? "");
        if (isBroken && request.url === "/t10k-images.gz") response.destroy();
        else serveAll(request, response);
      }),
    ]);
    await expect(obtain(archive, options())).rejects.toThrow(DataError);
    isBroken = false;
    asked.length = 0;
    expect((await obtain(archive, options())).origin).toBe("download");
    expect(asked).toEqual(["/t10k-images.gz", "/train-images.gz"]);
  });

  it("takes the second mirror if the first has something else", async () => {
    const page = await serve((_, response) => response.end("<html>Log in to this network</html>"));
    const archive = archiveAt([page, await serve(serveAll)]);
    expect((await obtain(archive, options())).origin).toBe("download");
  });

  it("never uses half a file or another file", async () => {
    const cut = await serve((request, response) => {
      const packed = packedByPath.get(request.url ?? "") as Buffer;
      response.end(packed.subarray(0, packed.length - 5));
    });
    const corrupt = await serve((request, response) => {
      const packed = Buffer.from(packedByPath.get(request.url ?? "") as Buffer);
      packed.writeUInt8(255 - packed.readUInt8(packed.length - 6), packed.length - 6);
      response.end(packed);
    });
    const other = await serve((_, response) =>
      response.end(gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 0))),
    );
    const failure = await obtain(archiveAt([cut, corrupt, other]), options()).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DataError);
    expect(String(failure)).toMatch(/cut short.*; .*corrupt.*; .*checksum is wrong/);
    expect(existsSync(join(folder, "tiny"))).toBe(false);
  });

  it("names every way with its reason, and what to do by hand", async () => {
    const gone = await serve((_, response) => response.writeHead(404).end());
    const archive = archiveAt([gone, "http://127.0.0.1:9/"], join(folder, "not-installed"));
    const failure = (await obtain(archive, options()).catch(
      (error: unknown) => error,
    )) as DataError;
    expect(failure.facts.map(({ name }) => name)).toEqual(["cache", "debian", "download"]);
    expect(failure.facts[2]?.value).toMatch(/404.*; 127\.0\.0\.1:9: /);
    expect(failure.hint).toContain(
      `put the files t10k-labels.gz, train-labels.gz, t10k-images.gz, train-images.gz into ${join(folder, "tiny")}`,
    );
    expect(failure.hint).toContain("apt-get install dataset-tiny");
  });

  it("works without a cache that can be written, and says so", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const archive = archiveAt([await serve(serveAll)]);
    expect((await obtain(archive, { ...options(), cacheDir: file })).origin).toBe("download");
    expect(messages.join("\n")).toContain("not kept for the next time");
  });

  it("writes progress to stderr unless told where, never to stdout", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const logs = vi.spyOn(console, "log");
    await obtain(archiveAt([await serve(serveAll)]), { cacheDir: file, sources: ["download"] });
    expect(errors).toHaveBeenCalledWith(expect.stringContaining("not kept for the next time"));
    expect(logs).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("lets several callers fetch at the same time", async () => {
    const archive = archiveAt([await serve(serveAll)]);
    const results = await Promise.all(Array.from({ length: 8 }, () => obtain(archive, options())));
    for (const { train } of results) expect([...train.labels]).toEqual([1, 0]);
    expect(readdirSync(join(folder, "tiny"))).toHaveLength(4);
  });

  it("refuses unknown options and sources", async () => {
    await expect(obtain(archiveAt([]), { cachedir: folder } as DataOptions)).rejects.toThrow(
      /did you mean "cacheDir"/,
    );
    vi.stubEnv("FOVEA_DATA_SOURCES", "cache,downlaod");
    await expect(obtain(archiveAt([]), {})).rejects.toThrow(OptionError);
    await expect(obtain(archiveAt([]), {})).rejects.toThrow(/did you mean "download"/);
  });
});

describe("download", () => {
  it("ends when nobody answers", async () => {
    const silent = await serve(() => {});
    const started = performance.now();
    await expect(download(silent, { maxBytes: 10, connectTimeoutMs: 100 })).rejects.toThrow(
      /no answer within 0\.1 s/,
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("ends when the server stops sending", async () => {
    const stalling = await serve(
      (_, response) => void response.writeHead(200, { "content-length": "10" }).write("abc"),
    );
    await expect(download(stalling, { maxBytes: 10, stallTimeoutMs: 100 })).rejects.toThrow(
      /nothing came for 0\.1 s/,
    );
  });

  it("takes no more than it expects, announced or not", async () => {
    const announced = await serve((_, response) =>
      response.writeHead(200, { "content-length": "11" }).end("12345678901"),
    );
    await expect(download(announced, { maxBytes: 10 })).rejects.toThrow(/offers 11 bytes/);
    const endless = await serve((_, response) => {
      const timer = setInterval(() => response.write("12345"), 1);
      response.on("close", () => clearInterval(timer));
    });
    await expect(download(endless, { maxBytes: 10 })).rejects.toThrow(
      /more than the expected 10 bytes/,
    );
  });

  it("refuses a transfer that was cut", async () => {
    const cut = await serve((_, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("abc", () => response.destroy());
    });
    await expect(download(cut, { maxBytes: 10 })).rejects.toThrow(DataError);
  });
});

describe("cacheFolder", () => {
  it("follows FOVEA_CACHE, then XDG_CACHE_HOME, then the home folder", () => {
    vi.stubEnv("FOVEA_CACHE", "/a");
    vi.stubEnv("XDG_CACHE_HOME", "/b");
    expect(cacheFolder()).toBe("/a");
    vi.stubEnv("FOVEA_CACHE", "");
    expect(cacheFolder()).toBe(join("/b", "fovea"));
    vi.stubEnv("XDG_CACHE_HOME", "");
    vi.stubEnv("HOME", "/home/ada");
    expect(cacheFolder()).toBe(join("/home/ada", ".cache", "fovea"));
  });
});

describe("fashionMnist", () => {
  it("falls back to the shipped sample, balanced and at most 1 MB", async () => {
    const { train, test, origin } = await fashionMnist({
      cacheDir: folder,
      sources: ["cache"],
      sampleIfMissing: true,
    });
    expect(origin).toBe("sample");
    expect(train).toMatchObject({
      name: "fashion-mnist-sample/train",
      length: 1500,
      imageShape: [1, 28, 28],
    });
    expect(test.length).toBe(300);
    for (const [dataset, perClass] of [
      [train, 150],
      [test, 30],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of dataset.labels) counts[label] = (counts[label] as number) + 1;
      expect(counts).toEqual(new Array(10).fill(perClass));
    }
    // The first training image is an ankle boot: nothing at the top, something at the bottom.
    expect(train.classes[train.labels[0] as number]).toBe("ankle boot");
    expect(train.images.subarray(0, 28).every((pixel) => pixel === 0)).toBe(true);
    expect(train.images.subarray(22 * 28, 23 * 28).some((pixel) => pixel > 100)).toBe(true);
    const sample = new URL("../../data/fashion-mnist-sample/", import.meta.url);
    const sizes = readdirSync(sample).map((name) => statSync(new URL(name, sample)).size);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(1e6);
  });

  it("takes the sample only where it was asked for", async () => {
    vi.stubEnv("FOVEA_DATA_SOURCES", "cache");
    await expect(fashionMnist({ cacheDir: folder })).rejects.toThrow(/sampleIfMissing/);
    await expect(fashionMnist({ cacheDir: folder, sampleIfMissing: true })).rejects.toThrow(
      DataError,
    );
    vi.stubEnv("FOVEA_DATA_SOURCES", "sample");
    expect((await fashionMnist({ cacheDir: folder })).origin).toBe("sample");
  });

  const installed = fashionMnistArchive.debian?.folder ?? "";
  it.skipIf(!existsSync(installed))(
    "reads the whole data set where Debian's package is installed",
    async () => {
      const { train, test } = await fashionMnist({ cacheDir: folder, sources: ["debian"] });
      expect([train.length, test.length]).toEqual([60_000, 10_000]);
      expect([...train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
      const { origin } = await fashionMnist({ cacheDir: folder, sources: ["cache"] });
      expect(origin).toBe("cache");
    },
  );
});

describe("mnist", () => {
  it("has no Debian package and no sample, and says so", async () => {
    const failure = await mnist({
      cacheDir: folder,
      sources: ["debian", "package", "sample"],
    }).catch((error: unknown) => error);
    expect((failure as DataError).facts.map(({ value }) => value)).toEqual([
      "Debian has no package of it",
      "Debian has no package of it",
      "Fovea ships no sample of MNIST",
    ]);
  });
});
