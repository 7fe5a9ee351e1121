import { gpuLosses, lossesOf } from "./losses.ts";

/** A number of threads, or 0 for the GPU. */
addEventListener("message", async ({ data }: MessageEvent<number>) => {
  postMessage(await (data === 0 ? gpuLosses() : lossesOf(data)));
});
