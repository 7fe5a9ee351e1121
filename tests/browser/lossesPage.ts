// In a page, or in a worker of it: the first losses of LeNet on wasm, and on how many threads; on the GPU if there are to be 0.
import { gpuLosses, lossesOf } from "./losses.ts";

const asked = new URL(import.meta.url).searchParams;
const threads = Number(asked.get("threads"));

function inWorker(): Promise<unknown> {
  const worker = new Worker(new URL("./lossesWorker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.postMessage(threads);
  });
}

const notes: string[] = [];
const { info } = console;
console.info = (text: string) => {
  notes.push(text);
  info(text);
};
const here = (): Promise<unknown> => (threads === 0 ? gpuLosses() : lossesOf(threads));
const found = asked.has("worker") ? await inWorker() : await here();

export default { ...(found as object), notes };
