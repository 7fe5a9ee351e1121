// Reads a list of many files with one worker, prints how much the memory grew after the first tenth, and ends with
// its workers idle.
import { createHash } from "node:crypto";
import { type FileList, transformed } from "../../../src/data/index.ts";

const [root = "", files = ""] = process.argv.slice(2);
const names = files.split(",");
const length = 6000;
const list: FileList = {
  name: "many",
  root,
  files: Array.from({ length }, (_, i) => names[i % names.length] as string),
  labels: new Int32Array(length),
  classes: ["a"],
  length,
  size: [64, 64],
  channels: 3,
  resizeMode: "stretch",
  decoder: "fovea",
  skipped: [],
};
const order = Int32Array.from({ length }, (_, i) => i);
let images = 0;
let before = 0;
const digest = createHash("sha256");
const batches = transformed(list, [], { workers: 1 }).batches(order, 50, { seed: 0, epoch: 0 });
for await (const batch of batches) {
  images += batch.labels.length;
  digest.update(batch.images);
  if (images === length / 10) before = process.memoryUsage.rss();
}
const grownBytes = process.memoryUsage.rss() - before;
console.log(JSON.stringify({ images, grownBytes, bytes: length * 3 * 64 * 64 }));
