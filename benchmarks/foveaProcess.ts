// Fovea as a process: node foveaProcess.ts --backend wasm --threads 2 --manner compiled.
import packageFile from "../package.json" with { type: "json" };
import { setBackend } from "../src/index.ts";
import { foveaContender, type Manner } from "./fovea.ts";
import { argument, serve } from "./serve.ts";

setBackend(argument("backend", "wasm"), {
  threads: Number(argument("threads", "1")),
  winograd: argument("winograd", "on") === "on",
});
await serve(foveaContender(packageFile.version, argument("manner", "compiled") as Manner));
