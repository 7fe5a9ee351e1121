// onnxruntime-node as a process: its native library.
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { argument, serve } from "../serve.ts";
import { onnxContender } from "./onnxruntime.mjs";

const threads = Number(argument("threads", "1"));
const file = new URL("node_modules/onnxruntime-node/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(file, "utf8"));
const options = {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
};
await serve(onnxContender(ort, version, threads, options));
