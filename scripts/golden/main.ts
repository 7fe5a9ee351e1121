// npm run golden -- DIR: computes every case of a folder of golden numbers on every backend.
import { resolve } from "node:path";
import { setBackend } from "../../src/index.ts";
import { runners } from "./runners.ts";
import { type GoldenCase, type GoldenFolder, readGolden, toTensor, worst } from "./support.ts";

const backends = ["reference", "wasm"] as const;

/** Bounds of the cases' own description: single ops; ten times that for optimizers; relative for training. */
function toleranceOf(op: string): { absolute: number; relative: number } {
  if (op === "train_lenet_sgd") return { absolute: 0, relative: 1e-3 };
  const factor = op.startsWith("optimizer_") ? 10 : 1;
  return { absolute: 1e-5 * factor, relative: 1e-4 * factor };
}

/** Messages for what differs; empty if the case passes. */
async function check(golden: GoldenCase, { tensors }: GoldenFolder): Promise<string[]> {
  const load = (name: string) => {
    const stored = tensors.get(name);
    if (stored === undefined) throw new Error(`no tensor ${name} in cases.safetensors`);
    return stored;
  };
  const inputs = Object.fromEntries(
    Object.entries(golden.inputs).map(([name, key]) => [name, toTensor(load(key))]),
  );
  const run = runners[golden.op] as (typeof runners)[string];
  const outputs = await run(golden.args, inputs);
  const faults: string[] = [];
  for (const [name, key] of Object.entries(golden.outputs)) {
    const expected = load(key);
    const actual = outputs[name];
    if (actual === undefined) faults.push(`${name} was not computed`);
    else if (actual.shape.join() !== expected.shape.join())
      faults.push(`${name} is [${actual.shape}], expected [${expected.shape}]`);
    else {
      // Training is compared by the size of each tensor as a whole: single elements may be near zero.
      const data = await actual.data();
      const tolerance = toleranceOf(golden.op);
      const scale =
        golden.op === "train_lenet_sgd"
          ? { absolute: tolerance.relative * largest(expected.data), relative: 0 }
          : tolerance;
      const error = worst(data, expected.data, scale);
      if (error > 1) faults.push(`${name}: ${error.toFixed(1)} times the tolerance`);
    }
  }
  return faults;
}

function largest(data: ArrayLike<number | bigint>): number {
  let value = 0;
  for (let i = 0; i < data.length; i++) value = Math.max(value, Math.abs(Number(data[i])));
  return value;
}

async function main(): Promise<number> {
  const [folder] = process.argv.slice(2);
  if (folder === undefined || folder === "--help") {
    console.log("usage: npm run golden -- DIR\n\nDIR holds cases.json and cases.safetensors.");
    return folder === undefined ? 2 : 0;
  }
  const golden = await readGolden(resolve(folder));
  const unknown = new Map<string, number>();
  for (const { op } of golden.cases)
    if (!(op in runners)) unknown.set(op, (unknown.get(op) ?? 0) + 1);
  let failures = 0;
  for (const name of backends) {
    setBackend(name);
    let passed = 0;
    let failed = 0;
    for (const item of golden.cases) {
      if (!(item.op in runners)) continue;
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
  if (unknown.size > 0) {
    console.log(
      `not known yet: ${[...unknown].map(([op, count]) => `${op} (${count})`).join(", ")}`,
    );
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
