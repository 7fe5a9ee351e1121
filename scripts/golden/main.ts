// npm run golden -- DIR [BACKEND...]: computes every case of a folder of golden numbers on every backend, or on these; with
// --browser in headless Chromium.
import "../quietPipe.ts";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nativeSupport, openGpu, setBackend } from "../../src/index.ts";
import { goldenInBrowser } from "./browser.ts";
import { type GoldenResult, runGolden } from "./run.ts";
import { goldenOf } from "./support.ts";

const backends = ["reference", "wasm", "native", "webgpu"];

const usage = `usage: npm run golden -- DIR [BACKEND...] [--threads N] [--relaxed on|off] [--browser]

DIR holds cases.json and cases.safetensors. Backends: ${backends.join(", ")}; in a browser wasm alone.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean" },
      browser: { type: "boolean" },
      threads: { type: "string" },
      relaxed: { type: "string", default: "on" },
    },
  });
  const [folder, ...asked] = positionals;
  if (folder === undefined || values.help === true) {
    console.log(usage);
    return values.help === true ? 0 : 2;
  }
  const options = {
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
    relaxedSimd: values.relaxed !== "off",
  };
  if (values.browser === true)
    return report("wasm in Chromium", await goldenInBrowser(resolve(folder), options));
  const golden = goldenOf(
    await readFile(join(folder, "cases.json"), "utf8"),
    await readFile(join(folder, "cases.safetensors")),
  );
  let failures = 0;
  for (const name of asked.length > 0 ? asked : backends) {
    const fault = await faultOf(name);
    if (fault !== null) {
      console.log(`NOT RUN on ${name}: ${fault}`);
      continue;
    }
    setBackend(name, options);
    failures += report(name, await runGolden(golden));
  }
  return failures === 0 ? 0 : 1;
}

/** Why a backend cannot run here; null if it can. Opens the GPU for webgpu, also one that computes on the processor. */
async function faultOf(name: string): Promise<string | null> {
  if (name === "native") return nativeSupport().fault;
  if (name !== "webgpu") return null;
  return openGpu({ software: true }).then(
    () => null,
    (error: Error) => error.message,
  );
}

/** Says what came of it; 0 if all passed. */
function report(name: string, { passed, failed, faults }: GoldenResult): number {
  for (const fault of faults) console.log(`FAIL ${name} ${fault}`);
  console.log(`golden ${name}: ${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
