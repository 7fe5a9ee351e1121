// The web server of `fovea studio`: for this computer alone. It answers no other host name and no other page's requests, and
// gives out nothing but the studio's own files, the data sets that lie on this machine, and the training that it shows.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DataError } from "../../src/index.ts";
import type { LocalData } from "./localData.ts";
import { type SiteFile, siteFile } from "./siteFile.ts";
import type { TrainingWatch } from "./watch.ts";

export interface StudioServerOptions {
  /** The folder of the built site. */
  readonly folder: string;
  readonly data: LocalData;
  /** 0 takes any that is free. */
  readonly port: number;
  /** A training that the page may watch. */
  readonly watch?: TrainingWatch | null;
}

/** What a page may do: only files of this server, WebAssembly, and pictures that it made itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "Content-Security-Policy": contentSecurityPolicy,
  // Both are needed before a page may share memory with its workers, which threads need.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
} as const;

/** Starts the server on the loopback interface. */
export function startStudioServer(options: StudioServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      const isKnown = error instanceof DataError;
      send(response, isKnown ? 404 : 500, isKnown ? error.message : "the studio's server failed");
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

/** The port that a server has. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, data, watch = null }: StudioServerOptions,
): Promise<void> {
  if (!isFromHere(request)) return send(response, 403, "only pages of this server may ask");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(response, 405, "only GET and HEAD");
  }
  const path = pathOf(request.url ?? "/");
  if (path === null) return send(response, 400, "this is not a path");
  if (watch !== null && path.startsWith("/watch/")) {
    const own = path.slice("/watch/".length);
    if (await watch.answer(own, request, response, headers)) return;
    return send(response, 404, "there is nothing here");
  }
  const file = path.startsWith("/data/")
    ? await data.file(path.slice("/data/".length))
    : await siteFile(folder, path);
  if (file === null) return send(response, 404, "there is nothing here");
  sendFile(request, response, file);
}

/**
 * A page of another site could ask through the visitor's browser, under a name of its own that leads to this machine: so
 * the name must be one of this machine's, with this server's port, and so must be the page that asks.
 */
function isFromHere({ headers: given, socket }: IncomingMessage): boolean {
  const hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${socket.localPort}`);
  const { host, origin } = given;
  if (host === undefined || !hosts.includes(host.toLowerCase())) return false;
  return origin === undefined || hosts.some((each) => origin.toLowerCase() === `http://${each}`);
}

/** The path of a request, decoded; null if it cannot be one. */
function pathOf(url: string): string | null {
  try {
    return decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

function sendFile(
  { method }: IncomingMessage,
  response: ServerResponse,
  { type, bytes, isFixed }: SiteFile,
): void {
  response.writeHead(200, {
    ...headers,
    "Content-Type": type,
    "Content-Length": bytes.length,
    "Cache-Control": isFixed ? "public, max-age=31536000, immutable" : "no-cache",
  });
  response.end(method === "HEAD" ? undefined : bytes);
}
