// What computes, in words.
import type { Machine } from "./engine/handlers/machine.ts";
import { say } from "./text.ts";

const words = {
  thread: { en: "thread", zh: "个线程" },
  threads: { en: "threads", zh: "个线程" },
  software: { en: "computed on the processor", zh: "在处理器上模拟" },
};

const titles: Readonly<Record<string, string>> = { wasm: "WASM", webgpu: "WebGPU" };

/** A backend as people know it. */
export function backendTitle(name: string): string {
  return titles[name] ?? name;
}

/** "WebGPU (nvidia)", "WASM, 8 threads". */
export function machineText({ backend, threads, gpu }: Machine): string {
  const title = backendTitle(backend);
  if (gpu === null)
    return `${title}, ${threads} ${say(threads === 1 ? words.thread : words.threads)}`;
  const notes = [gpu.title, ...(gpu.isSoftware ? [say(words.software)] : [])].filter(Boolean);
  return notes.length === 0 ? title : `${title} (${notes.join(", ")})`;
}
