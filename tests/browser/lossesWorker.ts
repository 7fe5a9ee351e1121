import { lossesOf } from "./losses.ts";

addEventListener("message", async ({ data }: MessageEvent<number>) => {
  postMessage(await lossesOf(data));
});
