// The page's side of the engine: one worker, asked by name.
import { batch, signal } from "@preact/signals";
import { allowsSoftware, computeChoice } from "../compute.ts";
import { TextError } from "../problem.ts";
import type { Text } from "../text.ts";
import type {
  Begin,
  Failure,
  GpuLoss,
  Input,
  Output,
  Progress,
  Reply,
  Request,
  RequestName,
} from "./protocol.ts";

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

/** Grows with each engine that begins: what was known of the one before may no longer hold. */
export const engineNumber = signal(0);
/** Why the engine's GPU can no longer be used; null while it can. */
export const lostGpu = signal<string | null>(null);

function engine(): Worker {
  if (worker !== null) return worker;
  const started = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "fovea",
  });
  started.addEventListener("message", ({ data }: MessageEvent<Reply | GpuLoss>) => {
    if (data.kind === "gpuLost") {
      lostGpu.value = data.reason;
      return;
    }
    const request = waiting.get(data.id);
    if (request === undefined) return;
    if (data.kind === "progress") return request.progress(data.value);
    waiting.delete(data.id);
    if (data.kind === "done") request.done(data.value);
    else request.failed(new EngineError(data.error));
  });
  started.addEventListener("error", ({ message }) => {
    end({ en: `the engine stopped: ${message}`, zh: `计算引擎已停止：${message}` });
  });
  started.postMessage({
    compute: { choice: computeChoice.peek(), software: allowsSoftware },
  } satisfies Begin);
  worker = started;
  return started;
}

/** What still waits for an answer is told why there is none. */
function end(text: Text): void {
  worker = null;
  const requests = [...waiting.values()];
  waiting.clear();
  for (const { failed } of requests) failed(new EngineError({ name: "EngineError", text }));
}

/** Ends the engine with all that it holds; the next question begins another one. */
export function restartEngine(): void {
  worker?.terminate();
  end({ en: "the engine was started anew", zh: "计算引擎已重新启动" });
  batch(() => {
    lostGpu.value = null;
    engineNumber.value++;
  });
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
