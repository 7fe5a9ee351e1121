// Starting threads, in Node and in browsers.

import { nodeModule } from "../../tensor/environment.ts";
import { workerFlags } from "../../workerFlags.ts";
import type { WorkerMessage, WorkerStart } from "./control.ts";

/** A started worker. */
export interface Thread {
  tell(message: WorkerMessage): void;
  stop(): void;
}

/** Can threads share memory here? In browsers only pages may that are isolated from others. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  if (nodeModule("node:worker_threads") !== null) return true;
  return typeof Worker === "function" && globalThis.crossOriginIsolated === true;
}

/** How many threads this machine can run at once. */
export function availableThreads(): number {
  return (
    nodeModule("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1
  );
}

/** May this thread sleep? The main thread of a page may not. */
export function maySleep(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a thread. It comes up by itself, some time later.
 * @param onLoss called if it ends or cannot start
 * @param script for Node, another than the usual one
 */
export function startThread(
  start: WorkerStart,
  onLoss: (cause: unknown) => void,
  script?: URL,
): Thread {
  const threads = nodeModule("node:worker_threads");
  return threads === null
    ? startInBrowser(start, onLoss)
    : startInNode(threads, start, onLoss, script ?? nodeScript());
}

function nodeScript(): URL {
  // Not in the form by which bundlers know a file to copy: pages have no use for this one.
  const here = import.meta.url;
  return new URL(`./worker.${here.endsWith(".ts") ? "ts" : "js"}`, here);
}

function startInNode(
  { Worker: NodeWorker }: typeof import("node:worker_threads"),
  start: WorkerStart,
  onLoss: (cause: unknown) => void,
  script: URL,
): Thread {
  const name = `fovea ${start.number + 1}`;
  const worker = new NodeWorker(script, { workerData: start, ...workerFlags(), name });
  // A sleeping worker must not keep the process alive.
  worker.unref();
  worker.on("error", onLoss);
  worker.on("exit", (code) => onLoss(new Error(`it ended with code ${code}`)));
  return {
    tell: (message) => worker.postMessage(message),
    stop: () => void worker.terminate().catch(() => {}),
  };
}

function startInBrowser(start: WorkerStart, onLoss: (cause: unknown) => void): Thread {
  // Bundlers know a worker by this very form, with options that are constants; the build gives the file its compiled name.
  const worker = new Worker(new URL("./browserWorker.ts", import.meta.url), {
    type: "module",
    name: "fovea",
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    // An error alone does not end it.
    worker.terminate();
    onLoss(new Error(event.message || "its script could not be loaded"));
  });
  worker.postMessage(start);
  return {
    tell: (message) => worker.postMessage(message),
    stop: () => worker.terminate(),
  };
}
