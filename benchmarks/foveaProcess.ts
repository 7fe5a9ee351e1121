// Fovea as a process: node foveaProcess.ts --backend wasm --threads 2 --manner compiled; with --software on, webgpu may
// compute on the processor, with --precision float16 it multiplies in that.
import packageFile from "../package.json" with { type: "json" };
import { type MatmulPrecision, openGpu, setBackend } from "../src/index.ts";
import { foveaContender, type Manner } from "./fovea.ts";
import { argument, serve } from "./serve.ts";

const backend = argument("backend", "wasm");
if (backend === "webgpu") await openGpu({ software: argument("software", "off") === "on" });
setBackend(backend, {
  threads: Number(argument("threads", "1")),
  winograd: argument("winograd", "on") === "on",
  matmulPrecision: argument("precision", "float32") as MatmulPrecision,
});
await serve(foveaContender(packageFile.version, argument("manner", "compiled") as Manner));
