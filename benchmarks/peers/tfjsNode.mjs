// TensorFlow.js as a process. Its WASM backend has one thread in Node.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { serve } from "../serve.ts";
import { tfjsContender } from "./tfjs.mjs";

// Its CommonJS files: the ES modules are for bundlers.
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");
const folder = new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
wasm.setWasmPaths(fileURLToPath(folder));
await tf.setBackend("wasm");
await tf.ready();
await serve(tfjsContender(tf, tf.version.tfjs, 1));
