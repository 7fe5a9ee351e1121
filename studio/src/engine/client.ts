// The page's side of the engine: one worker, asked by name.
import { TextError } from "../problem.ts";
import type { Failure, Input, Output, Progress, Reply, Request, RequestName } from "./protocol.ts";

/** What the engine could not do; its message says what to do about it. */
export class EngineError extends TextError {
  constructor({ name, text }: Pick<Failure, "name" | "text">) {
    super(text);
    this.name = name;
  }
}

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly failed: (error: Error) => void;
  readonly progress: (event: unknown) => void;
}

const waiting = new Map<number, Waiting>();
let lastId = 0;
let worker: Worker | null = null;

function engine(): Worker {
  if (worker !== null) return worker;
  const started = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "fovea",
  });
  started.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    const request = waiting.get(data.id);
    if (request === undefined) return;
    if (data.kind === "progress") return request.progress(data.value);
    waiting.delete(data.id);
    if (data.kind === "done") request.done(data.value);
    else request.failed(new EngineError(data.error));
  });
  started.addEventListener("error", ({ message }) => {
    worker = null;
    const requests = [...waiting.values()];
    waiting.clear();
    const text = { en: `the engine stopped: ${message}`, zh: `计算引擎已停止：${message}` };
    for (const { failed } of requests) failed(new EngineError({ name: "EngineError", text }));
  });
  worker = started;
  return started;
}

/**
 * Asks the engine.
 * @param onProgress what it tells on the way
 * @throws EngineError what the engine says about wrong input
 */
export function ask<Name extends RequestName>(
  name: Name,
  input: Input<Name>,
  onProgress: (event: Progress<Name>) => void = () => {},
): Promise<Output<Name>> {
  const id = ++lastId;
  return new Promise((done, failed) => {
    waiting.set(id, {
      done: done as (value: unknown) => void,
      failed,
      progress: onProgress as (event: unknown) => void,
    });
    engine().postMessage({ id, name, input } satisfies Request);
  });
}
