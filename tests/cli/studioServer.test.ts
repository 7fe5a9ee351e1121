// The server of `fovea studio`: what it gives out, and to whom.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localData } from "../../cli/studio/localData.ts";
import { portOf, startStudioServer } from "../../cli/studio/server.ts";

let folder = "";
let server: Server;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request as it stands: fetch would tidy the path and refuse to set Host. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const options = { host: "127.0.0.1", port: portOf(server), path, headers, method };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), "fovea-studio-server-"));
  folder = join(root, "site");
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html>the page");
  writeFileSync(join(folder, "assets", "main.js"), "1;");
  writeFileSync(join(root, "secret.json"), "secret");
  symlinkSync(join(root, "secret.json"), join(folder, "link.json"));
  // An empty cache: no data sets are there, whatever this machine has.
  const data = localData({ cacheDir: join(root, "cache"), sources: ["cache"] });
  server = await startStudioServer({ folder, data, port: 0 });
});

afterAll(() => {
  server.close();
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

describe("the studio's server", () => {
  it("gives out the site, isolated and with a strict policy", async () => {
    const { status, headers, body } = await ask("/");
    expect({ status, body }).toEqual({ status: 200, body: "<!doctype html>the page" });
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "x-content-type-options": "nosniff",
    });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect((await ask("/assets/main.js")).headers["cache-control"]).toContain("immutable");
  });

  it.each([
    "/../secret.json",
    "/assets/../../secret.json",
    "/%2e%2e/secret.json",
    "/..%2fsecret.json",
    "/link.json",
    "/assets",
    "/nothing.js",
    "/%00.js",
    "//127.0.0.1/secret.json",
  ])("gives out nothing outside its folder: %s", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain("secret");
  });

  it("answers no other name, and no other page", async () => {
    const port = portOf(server);
    const own = `127.0.0.1:${port}`;
    expect((await ask("/", { host: "evil.example" })).status).toBe(403);
    expect((await ask("/", { host: `evil.example:${port}` })).status).toBe(403);
    expect((await ask("/", { host: own, origin: "http://evil.example" })).status).toBe(403);
    expect((await ask("/", { host: own, origin: "null" })).status).toBe(403);
    expect((await ask("/", { host: `localhost:${port}`, origin: `http://${own}` })).status).toBe(
      200,
    );
  });

  it("only reads", async () => {
    expect((await ask("/", {}, "POST")).status).toBe(405);
    expect(await ask("/", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
    expect((await ask("/%zz")).status).toBe(400);
  });

  it("lists the data sets that are there, and no others", async () => {
    expect(JSON.parse((await ask("/data/index.json")).body)).toEqual([]);
    expect((await ask("/data/fashion-mnist/train-images")).status).toBe(404);
    expect((await ask("/data/../index.html")).status).toBe(200);
  });
});
