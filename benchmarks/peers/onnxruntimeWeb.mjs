// onnxruntime-web as a process: WebAssembly.
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { argument, serve } from "../serve.ts";
import { onnxContender } from "./onnxruntime.mjs";

const threads = Number(argument("threads", "1"));
ort.env.wasm.numThreads = threads;
const file = new URL("node_modules/onnxruntime-web/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(file, "utf8"));
const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };
await serve(onnxContender(ort, version, threads, options));
