// A checkpoint on its way to a page: read as it is sent, since it may be large.
import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** The first of these files that is there, opened; null if none is. */
export async function checkpointFile(paths: readonly string[]): Promise<FileHandle | null> {
  for (const path of paths) {
    const file = await open(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    if (file !== null) return file;
  }
  return null;
}

/** Sends an open file and closes it. A checkpoint is replaced as a whole: what was opened stays what it was. */
export async function sendStream(
  { method }: IncomingMessage,
  response: ServerResponse,
  file: FileHandle,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  await using _ = { [Symbol.asyncDispose]: () => file.close() };
  const { size } = await file.stat();
  response.writeHead(200, {
    ...headers,
    "Content-Type": "application/octet-stream",
    "Content-Length": String(size),
  });
  if (method === "HEAD" || size === 0) return void response.end();
  const content = file.createReadStream({ start: 0, end: size - 1, autoClose: false });
  // A page that goes away in the middle is no fault.
  await pipeline(content, response).catch(() => {});
}
