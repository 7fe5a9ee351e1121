// The worker in which Fovea computes, so that the page never waits. It answers requests in the order in which they come,
// except that long ones let others through while they run.
import { problemOf } from "../problem.ts";
import { chooseBackend } from "./backend.ts";
import { handlers } from "./handlers/index.ts";
import { buffersOf } from "./handOver.ts";
import type { Begin, GpuLoss, Reply, Request, RequestName } from "./protocol.ts";

const reply = (message: Reply | GpuLoss, moved: Transferable[] = []): void =>
  postMessage(message, { transfer: moved });

/** Resolves when it is settled what computes. */
let ready: Promise<void> | null = null;

addEventListener("message", ({ data }: MessageEvent<Begin | Request>) => {
  if ("compute" in data) {
    ready = chooseBackend(data.compute, (reason) => reply({ kind: "gpuLost", reason }));
    return;
  }
  const request = data;
  answer(request).catch((error: unknown) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const text = problemOf(error);
    reply({ id: request.id, kind: "failed", error: { name, message, text } });
  });
});

async function answer({ id, name, input }: Request): Promise<void> {
  await ready;
  type Handler = (input: unknown, tell: (event: unknown) => void) => unknown;
  const handler = handlers[name as RequestName] as Handler;
  const value = await handler(input, (event) => reply({ id, kind: "progress", value: event }));
  reply({ id, kind: "done", value }, buffersOf(value));
}
