// Pictures of one's own: from a folder to a trained network by commands alone, and what can be wrong with a folder.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { data, interop } from "../../src/index.ts";
import { fovea, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const cwd = folder.path;
const photos = join(cwd, "photos");
afterAll(() => folder[Symbol.dispose]());

/** The shipped sample as files: 600 to learn from, 100 to test with. */
beforeAll(async () => {
  const { train, test } = await data.fashionMnist({ sources: ["sample"] });
  const onProgress = () => {};
  await data.exportFolder(data.subset(train, 600), join(photos, "train"), { onProgress });
  await data.exportFolder(data.subset(test, 100), join(photos, "test"), { onProgress });
});

const training = (...more: string[]) => [
  ...["train", "lenet", "--data", "photos", "--model.batchNorm", "true", "--lr", "0.5"],
  ...["--epochs", "2", "--batch-size", "32", "--threads", "1", "--force"],
  ...more,
];

const resultOf = (run: string) => {
  const lines = readFileSync(join(cwd, "runs", run, "events.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const { loss, accuracy } = JSON.parse(lines.at(-1) as string);
  return { loss, accuracy };
};

const firstFile = () => {
  const path = join(photos, "train", "bag");
  return join(path, readdirSync(path)[0] as string);
};

/** Puts a file among the pictures for a while. */
const damaged = async (bytes: Uint8Array | string, body: () => Promise<void>) => {
  const path = join(photos, "train", "bag", "damaged.png");
  writeFileSync(path, bytes);
  await body().finally(() => rmSync(path));
};

describe("a folder of pictures", () => {
  it("trains in memory and streamed to the same figures, which arrays have too", async () => {
    expect(await fovea(training("--run", "memory"), { cwd })).toMatchObject({ code: 0 });
    expect(await fovea(training("--run", "streamed", "--stream"), { cwd })).toMatchObject({
      code: 0,
    });
    expect(resultOf("streamed")).toEqual(resultOf("memory"));
    const { accuracy } = resultOf("memory");
    expect(accuracy).toBeGreaterThan(0.3);
    // Two trainings by the command, each in a process of its own.
  }, 120_000);

  it("is evaluated and predicted by the checkpoint alone", async () => {
    const moved = join(cwd, "elsewhere.safetensors");
    renameSync(join(cwd, "runs", "streamed", "best.safetensors"), moved);
    const { stdout, code } = await fovea(["evaluate", "elsewhere.safetensors", "--json"], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ data: "photos/test", count: 100 });
    const words = ["predict", "photos/test/bag", "--run", "elsewhere.safetensors", "--top", "1"];
    const predicted = await fovea([...words, "--json"], { cwd });
    const lines = predicted.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(readdirSync(join(photos, "test", "bag")).length);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      image: expect.stringContaining("photos/test/bag/"),
      classes: [{ name: expect.any(String), probability: expect.any(Number) }],
    });
  });

  it("gives precision, recall and F1 of each class, and a picture of the confusion", async () => {
    const words = ["evaluate", "memory", "--per-class", "--confusion", "confusion.svg"];
    const { stdout } = await fovea(words, { cwd });
    expect(stdout).toMatch(/class +recall +precision +F1 +images/);
    expect(stdout).toMatch(/\nmean of classes +[\d.]+ %/);
    expect(readFileSync(join(cwd, "confusion.svg"), "utf8")).toMatch(/^<svg/);
  });

  it("is held out in part where there is no test part", async () => {
    symlinkSync(join(photos, "train"), join(cwd, "linked"));
    const { stdout, stderr, code } = await fovea(
      [
        ...training("--run", "held", "--hold-out", "0.25", "--augment", "light"),
        "--data",
        "linked",
      ],
      { cwd },
    );
    expect(stderr).toContain("linked has no test part: 150 of its 600 pictures are held out");
    expect(stdout).toContain("450 images");
    expect(code).toBe(0);
  });

  it("starts from a trained network, whose last layer begins anew for other classes", async () => {
    const words = ["--fine-tune", "runs/memory/last.safetensors", "--freeze", "backbone"];
    const same = await fovea(training("--run", "same", ...words), { cwd });
    expect(same.stdout).toContain("starts from runs/memory/last.safetensors\n");
    mkdirSync(join(cwd, "two"));
    for (const name of ["bag", "sandal"])
      symlinkSync(join(photos, "train", name), join(cwd, "two", name));
    // Links are no class folders: what is there must be meant.
    const linked = await fovea([...training("--run", "two", ...words), "--data", "two"], { cwd });
    expect(linked.code).toBe(1);
    rmSync(join(cwd, "two"), { recursive: true });
    const onProgress = () => {};
    const { train } = await data.loadFolder(photos, { onProgress });
    const chosen = Array.from(train.labels.keys()).filter((i) => (train.labels[i] as number) < 2);
    const part = { ...data.subset(train, chosen), classes: train.classes.slice(0, 2) };
    await data.exportFolder(part, join(cwd, "two"), { onProgress });
    const other = await fovea([...training("--run", "two", ...words), "--data", "two"], { cwd });
    expect(other.stdout).toContain("but for 15.weight, 15.bias\n");
    expect(other.code).toBe(0);
    const wrong = await fovea(["train", "nin", "--fine-tune", "runs/memory/last.safetensors"], {
      cwd,
    });
    expect(wrong.stderr).toContain("is a lenet, not a nin");
    expect(wrong.code).toBe(2);
  });
});

describe("a bad folder", () => {
  const refused = async (message: RegExp, ...more: string[]) => {
    const { stderr, stdout, code } = await fovea(training("--run", "bad", ...more), { cwd });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
    expect(stdout).not.toContain("epoch");
    expect(code).toBe(1);
  };

  it("has an empty class", async () => {
    mkdirSync(join(photos, "train", "empty"));
    await refused(/a class has no images\n.*\n.*empty/).finally(() =>
      rmSync(join(photos, "train", "empty"), { recursive: true }),
    );
  });

  it("has a picture that is cut off: an error before the first step, or a counted skip", async () => {
    const whole = readFileSync(firstFile());
    await damaged(whole.subarray(0, 150), async () => {
      await refused(/damaged\.png: the file ends[\s\S]*--on-bad-image skip/);
      await refused(
        /a file cannot be used[\s\S]*damaged\.png[\s\S]*--on-bad-image skip/,
        "--stream",
      );
      for (const more of [[], ["--stream"]]) {
        const words = training("--run", "skipped", "--on-bad-image", "skip", ...more);
        const { stdout, code } = await fovea(words, { cwd });
        expect(stdout).toContain("lenet on photos: 600 images");
        expect(stdout).toContain("left out: 1 file that cannot be read as pictures");
        expect(code).toBe(0);
      }
    });
  });

  it("has a file that is no picture, one of 60,000 pixels, and one in colour", async () => {
    await damaged("no picture", () =>
      refused(/damaged\.png[\s\S]*not an image[\s\S]*--on-bad-image skip/),
    );
    const wide = { width: 60_000, height: 1, channels: 1 as const, data: new Uint8Array(60_000) };
    await damaged(interop.encodePng(wide), () =>
      refused(/damaged\.png +the picture is too large[\s\S]*--on-bad-image skip/),
    );
    const colour = { width: 9, height: 9, channels: 3 as const, data: new Uint8Array(243) };
    await damaged(interop.encodePng(colour), async () => {
      const { stderr, code } = await fovea(training("--run", "colour"), { cwd });
      expect(stderr).toContain("700 of 701 images are grey: all are read as colour");
      expect(stderr).toContain("--channels 1 makes all grey");
      expect(code).toBe(0);
    });
  });

  it("has other classes to test with", async () => {
    const [from, to] = ["bag", "bags"].map((name) => join(photos, "test", name)) as [
      string,
      string,
    ];
    renameSync(from, to);
    await refused(/train and test have different classes\n.*\n.*bag\n.*bags/).finally(() =>
      renameSync(to, from),
    );
  });

  it("is none, or has a name that is nearly one of a data set", async () => {
    const { stderr, code } = await fovea(["train", "lenet", "--data", "fashon-mnist"], { cwd });
    expect(stderr).toContain("did you mean fashion-mnist?");
    expect(code).toBe(2);
  });

  it("has classes that the network does not know", async () => {
    const { stderr, code } = await fovea(["evaluate", "two", "--data", "photos"], { cwd });
    expect(stderr).toMatch(/does not know all classes[\s\S]*unknown +coat/);
    expect(code).toBe(1);
  });
});
