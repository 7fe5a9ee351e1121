// Data sets in the studio's engine: those that `fovea studio` serves, and what networks of several shapes get of them.
import { readdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { localData } from "../../cli/studio/localData.ts";
import { portOf, startStudioServer } from "../../cli/studio/server.ts";
import { data } from "../../src/index.ts";
import type { Input, Output, Reply, RequestName } from "../../studio/src/engine/protocol.ts";
import type { InputShape } from "../../studio/src/engine/run/types.ts";
import { describeStudio } from "./browser.ts";

describeStudio("data sets", (studio) => {
  let server: Server;
  let page: Page;

  beforeAll(async () => {
    // Of this machine's data sets the one that is always there, under the name of the whole.
    const sample = localData({ sources: ["sample"] });
    server = await startStudioServer({ folder: studio.folder, data: sample, port: 0 });
  });
  beforeEach(async () => {
    page = await studio.open("learn", { address: address() });
  });
  afterAll(() => {
    server?.close();
    server?.closeAllConnections();
  });

  const address = (): string => `http://127.0.0.1:${portOf(server)}/`;

  /** Asks an engine of its own, as pages ask theirs. */
  async function ask<Name extends RequestName>(
    name: Name,
    input: Input<Name>,
  ): Promise<Output<Name>> {
    const files = readdirSync(join(studio.folder, "assets"));
    const file = files.find((each) => /^worker-/.test(each)) ?? "";
    const answer = await page.evaluate(
      ([file, name, input]) =>
        new Promise((done, failed) => {
          const worker = new Worker(`assets/${file}`, { type: "module" });
          worker.addEventListener("message", ({ data: reply }: MessageEvent<Reply>) => {
            worker.terminate();
            if (reply.kind === "failed") failed(new Error(reply.error.message));
            else if (reply.kind === "done") done(reply.value);
          });
          worker.postMessage({ id: 1, name, input });
        }),
      [file, name, input] as const,
    );
    return answer as Output<Name>;
  }

  it("lists what the machine has beside the sample", async () => {
    const shape = { imageShape: [1, 28, 28], train: 1500, test: 300 };
    expect(await ask("datasetList", {})).toMatchObject([
      { id: "sample", title: "Fashion-MNIST", ...shape },
      { id: "fashion-mnist", title: "Fashion-MNIST", ...shape },
    ]);
  });

  it.each<[string, InputShape]>([
    ["sample", [1, 28, 28]],
    ["fashion-mnist", [1, 28, 28]],
    ["fashion-mnist", [3, 32, 32]],
    ["sample", [1, 96, 96]],
  ])("brings %s to %j as the commands do", async (id, inputShape) => {
    const request = { id, part: "test", from: 298, count: 5, inputShape } as const;
    const { pictures, classes } = await ask("datasetPictures", request);
    expect(classes[9]).toBe("ankle boot");
    expect(pictures.map(({ index }) => index)).toEqual([298, 299]);
    const { test } = await data.fashionMnist({ sources: ["sample"] });
    const { images } = data.toImageShape(test, inputShape);
    const size = inputShape[0] * inputShape[1] * inputShape[2];
    for (const { pixels, label, index } of pictures) {
      expect(label).toBe(test.labels[index]);
      const bytes = images.subarray(index * size, (index + 1) * size);
      // Typed arrays come over from the page as objects with numbered fields.
      const own = Uint8Array.from(Object.values(pixels), (level) => Math.round(255 * level));
      expect(Buffer.compare(own, bytes)).toBe(0);
    }
  });

  it.each([
    [
      "sample",
      [3, 600, 600],
      /do not fit into a page[\s\S]*3 × 600 × 600[\s\S]*1\.8 GiB of at most 1/,
    ],
    ["mnist", [1, 28, 28], /the data set mnist is not here/],
    ["own-gone", [1, 28, 28], /no longer in the browser's storage/],
  ] as const)("says why %s cannot be had as %j", async (id, inputShape, message) => {
    const request = { id, part: "test", from: 0, count: 1, inputShape: [...inputShape] } as const;
    await expect(ask("datasetPictures", request as never)).rejects.toThrow(message);
  });

  it("learns from a data set of this machine", async () => {
    await page.goto(`${address()}#/train?epochs=1`);
    await page.getByLabel("Pictures", { exact: true }).selectOption("fashion-mnist");
    await page.getByText("Some pictures of each class").click();
    await expect.poll(() => page.locator(".examples li").count()).toBe(10);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".facts dd", { hasText: "finished" }).waitFor({ timeout: 60_000 });
  }, 90_000);
});
