// npm run golden -- DIR [BACKEND...]: computes every case of a folder of golden numbers on every backend, or on these.
import "../quietPipe.ts";
import { resolve } from "node:path";
import { nativeSupport, setBackend } from "../../src/index.ts";
import { check, isKnown } from "./check.ts";
import { readGolden } from "./support.ts";

const backends = ["reference", "wasm", "native"];

async function main(): Promise<number> {
  const [folder, ...asked] = process.argv.slice(2);
  if (folder === undefined || folder === "--help") {
    console.log(
      "usage: npm run golden -- DIR [BACKEND...]\n\nDIR holds cases.json and cases.safetensors.",
    );
    return folder === undefined ? 2 : 0;
  }
  const golden = await readGolden(resolve(folder));
  const unknown = new Map<string, number>();
  for (const item of golden.cases) {
    if (!isKnown(item)) unknown.set(item.op, (unknown.get(item.op) ?? 0) + 1);
  }
  if (unknown.size > 0) {
    console.log(
      `not known, and counted as failed: ${[...unknown].map(([op, count]) => `${op} (${count})`).join(", ")}`,
    );
  }
  let failures = 0;
  for (const name of asked.length > 0 ? asked : backends) {
    const { fault } = name === "native" ? nativeSupport() : { fault: null };
    if (fault !== null) {
      console.log(`NOT RUN on native: ${fault}`);
      continue;
    }
    setBackend(name);
    let passed = 0;
    let failed = 0;
    for (const item of golden.cases) {
      if (!isKnown(item)) {
        failed++;
        continue;
      }
      const faults = await check(item, golden).catch((error: unknown) => [String(error)]);
      if (faults.length === 0) passed++;
      else {
        failed++;
        console.log(`FAIL ${name} ${item.name}\n  ${faults.join("\n  ")}`);
      }
    }
    failures += failed;
    console.log(`golden ${name}: ${passed} passed, ${failed} failed`);
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
