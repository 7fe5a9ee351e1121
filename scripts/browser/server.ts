// A small server on this machine alone: gives a browser's page the repository's sources without their types, the
// work and its elements, and carries commands and answers.
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".ts": "text/javascript",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
  ".json": "application/json",
  ".bin": "application/octet-stream",
};

/** Shared memory is only there for pages that are isolated. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Answers requests for a path of its own; undefined if the path is none of its. */
export type Handler = (path: string, body: Buffer) => Promise<string | Uint8Array> | undefined;

/** Node's modules are not there: what is imported from them is undefined, and is not called in a page. */
export function forBrowsers(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /import \{([^}]*)\} from "node:[^"]*";/g,
    (_, names: string) => `const {${names.replaceAll(" as ", ": ")}} = {};`,
  );
}

async function content(path: string, folder: string): Promise<string | Uint8Array> {
  // The work lies in the run's folder, everything else in the repository.
  const isWork = path === "/work.json" || path === "/work.bin";
  const file = join(isWork ? folder : root, normalize(path));
  if (extname(file) !== ".ts") return readFile(file);
  return forBrowsers(await readFile(file, "utf8"));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * Starts the server on a free port.
 * @param folder  of the run's own files, work.json and work.bin
 * @param options isolated: may pages share memory with their workers? (default true)
 */
export async function startServer(
  folder: string,
  handler: Handler,
  { isolated = true }: { readonly isolated?: boolean } = {},
): Promise<{ readonly server: Server; readonly address: string }> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Resolving against an address removes every "..": nothing outside the two folders is read.
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    try {
      const own = handler(pathname, await bodyOf(request));
      const data = await (own ?? content(decodeURIComponent(pathname), folder));
      response.writeHead(200, {
        "content-type": types[extname(pathname)] ?? "application/json",
        ...(isolated ? isolation : {}),
        "cache-control": "no-store",
      });
      response.end(data);
    } catch (error) {
      response.writeHead(404).end(error instanceof Error ? error.message : String(error));
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { server, address: `http://localhost:${port}` };
}
