// `fovea train --studio`: a training that pages watch, and that does not care how they behave.
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WatchEvent, WatchIndex } from "../../cli/studio/watchTypes.ts";
import { train } from "../../src/index.ts";
import { fovea, type Outcome, quickTraining, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** A page that is as good as the real one here. */
const site = join(folder.path, "site");
beforeAll(() => {
  mkdirSync(site);
  writeFileSync(join(site, "index.html"), "<!doctype html>the page");
});

interface Watched {
  readonly port: number;
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** Starts a training, and waits until it says where it can be watched. */
function watchedTraining(...words: string[]): Promise<Watched> {
  return new Promise((resolve, reject) => {
    const outcome = fovea([...quickTraining, "--studio", "--port", "0", ...words], {
      cwd: folder.path,
      env: { FOVEA_STUDIO: site },
      onStart: (child) => {
        let said = "";
        child.stderr?.on("data", (chunk) => {
          said += chunk;
          const port = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
          if (port !== undefined) resolve({ port: Number(port), child, outcome });
        });
      },
    });
    outcome.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
}

/** The bytes of an answer, to its end. */
function bytesOf(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          body: Buffer.concat(parts),
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** All events of a stream, to its end or until one is the last that is wanted. */
function eventsOf(port: number, isLast: (event: WatchEvent) => boolean): Promise<WatchEvent[]> {
  return new Promise((resolve, reject) => {
    const events: WatchEvent[] = [];
    let text = "";
    const read = (response: IncomingMessage): void => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          if (!block.startsWith("data: ")) continue;
          const event = JSON.parse(block.slice("data: ".length)) as WatchEvent;
          events.push(event);
          if (isLast(event)) {
            resolve(events);
            response.destroy();
          }
        }
      });
      response.on("end", () => resolve(events));
      response.on("error", reject);
    };
    get({ host: "127.0.0.1", port, path: "/watch/events" }, read).on("error", reject);
  });
}

const isOver = ({ type }: WatchEvent): boolean => type === "over";

describe("a watched training", () => {
  it("tells its events in order, with its past, and gives out its checkpoint", async () => {
    const { port, outcome } = await watchedTraining("--epochs", "4", "--run", "watched");
    const [early, index] = await Promise.all([
      eventsOf(port, isOver),
      // Whoever comes in the middle hears all from the beginning.
      eventsOf(port, ({ type }) => type === "epoch").then(() => bytesOf(port, "/watch/index.json")),
    ]);
    const late = await eventsOf(port, isOver);
    expect(late).toEqual(early);
    const types = early.map(({ type }) => type);
    expect(types.filter((type) => type !== "step")).toEqual([
      ...["run", "start", "epoch", "epoch", "epoch", "epoch", "end", "result", "over"],
    ]);
    const run = early[0] as WatchIndex["run"];
    expect(run).toMatchObject({ id: "watched", trainImages: 128, settings: { model: "lenet" } });
    expect(run?.classes).toHaveLength(10);
    expect(early.at(-1)).toEqual({ type: "over", outcome: "finished", message: null });
    // What is logged is what was told.
    const log = readFileSync(join(folder.path, "runs", "watched", "events.jsonl"), "utf8");
    const logged = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const told = (type: string) => early.filter((event) => event.type === type);
    for (const type of ["epoch", "result"])
      expect(told(type)).toEqual(logged.filter((event) => event.type === type));

    expect(index).toMatchObject({ status: 200, type: "application/json" });
    const known = JSON.parse(index.body.toString()) as WatchIndex;
    expect(known.run).toEqual(run);
    expect(known.epochs.length).toBeGreaterThan(0);
    const checkpoint = await bytesOf(port, "/watch/checkpoint");
    const best = readFileSync(join(folder.path, "runs", "watched", "best.safetensors"));
    expect(checkpoint.body.equals(best)).toBe(true);
    expect(train.decodeCheckpoint(checkpoint.body).model.name).toBe("lenet");
    expect((await bytesOf(port, "/watch/nothing")).status).toBe(404);
    // Nobody watches any more: it ends by itself.
    expect((await outcome).code).toBe(0);
  });

  it("tells nothing to other pages, under any path", async () => {
    const { port, child, outcome } = await watchedTraining("--epochs", "10000", "--run", "guarded");
    for (const path of ["/watch/events", "/watch/index.json", "/watch/checkpoint"]) {
      expect((await bytesOf(port, path, { host: "evil.example" })).status).toBe(403);
      const origin = "http://evil.example";
      const answer = await bytesOf(port, path, { host: `127.0.0.1:${port}`, origin });
      expect({ status: answer.status, said: answer.body.toString() }).toEqual({
        status: 403,
        said: "only pages of this server may ask\n",
      });
    }
    child.kill("SIGINT");
    await outcome;
  });

  it("goes on whatever its watchers do, and saves on Ctrl-C", async () => {
    const { port, child, outcome } = await watchedTraining("--epochs", "10000", "--run", "rude");
    const told = eventsOf(port, isOver);
    const ask = `GET /watch/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    // Some ask and are gone, one asks and never reads.
    for (let i = 0; i < 30; i++)
      connect(port, "127.0.0.1")
        .end(ask)
        .on("error", () => {});
    const stalled = connect(port, "127.0.0.1");
    stalled.on("error", () => {});
    stalled.pause();
    stalled.write(ask);
    const epochs = await eventsOf(port, (event) => event.type === "epoch" && event.epoch === 20);
    expect(epochs.some((event) => event.type === "step" || event.type === "epoch")).toBe(true);
    child.kill("SIGINT");
    expect((await told).at(-1)).toEqual({ type: "over", outcome: "stopped", message: null });
    const { code, stdout } = await outcome;
    stalled.destroy();
    expect(code).toBe(130);
    expect(stdout).toContain("train --resume rude");

    const more = await watchedTraining("--run", "again", "--epochs", "3");
    expect((await eventsOf(more.port, isOver)).at(-1)).toMatchObject({ outcome: "finished" });
    expect((await more.outcome).code).toBe(0);
  });

  it("goes on with a run, and tells its earlier epochs too", async () => {
    const words = ["train", "--resume", "watched", "--epochs", "6", "--studio", "--port", "0"];
    const seen = new Promise<WatchEvent[]>((resolve, reject) => {
      void fovea(words, {
        cwd: folder.path,
        env: { FOVEA_STUDIO: site },
        onStart: (child) =>
          child.stderr?.on("data", (chunk) => {
            const port = /127\.0\.0\.1:(\d+)/.exec(String(chunk))?.[1];
            if (port !== undefined) eventsOf(Number(port), isOver).then(resolve, reject);
          }),
      });
    });
    const epochs = (await seen).flatMap((event) => (event.type === "epoch" ? [event.epoch] : []));
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("says before it begins that the port is taken, and what does not go together", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const { port } = taken.address() as AddressInfo;
    const options = { cwd: folder.path, env: { FOVEA_STUDIO: site } };
    const words = [...quickTraining, "--run", "refused"];
    const refused = await fovea([...words, "--studio", "--port", String(port)], options);
    taken.close();
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`port ${port} is taken`);
    const alone = await fovea([...words, "--port", "5000"], options);
    expect(alone).toMatchObject({ code: 2 });
    expect(alone.stderr).toContain("--port is for --studio");
    // Nothing was begun.
    expect((await fovea(["compare", "refused", "watched"], options)).stderr).toContain("no run");
  });
});
