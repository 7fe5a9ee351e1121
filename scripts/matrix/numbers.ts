// Run by each Node of the matrix: `node numbers.ts GOLDEN-FOLDER` computes the golden cases, the experiments and fifty
// steps of LeNet on the backend that the environment names, and prints one line of JSON.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format, passes } from "../../examples/experiments/experiment.ts";
import { experiments } from "../../examples/experiments/index.ts";
import { backend, setBackend } from "../../src/index.ts";
import { lenetSteps } from "../../tests/learn/lenetSteps.ts";
import { runGolden } from "../golden/run.ts";
import { goldenOf } from "../golden/support.ts";

export interface Numbers {
  /** What computed, after all that the environment asked for. */
  readonly used: { readonly name: string; readonly threads: number; readonly fused: boolean };
  readonly passed: number;
  readonly faults: readonly string[];
  /** Hash of all parameters after the steps. */
  readonly bits: string;
}

async function numbers(folder: string): Promise<Numbers> {
  const { name, capabilities } = setBackend(process.env.FOVEA_BACKEND ?? "");
  const golden = await runGolden(
    goldenOf(
      await readFile(join(folder, "cases.json"), "utf8"),
      await readFile(join(folder, "cases.safetensors")),
    ),
  );
  const faults = golden.faults.map((fault) => `golden ${fault}`);
  let { passed } = golden;
  for (const { id, run } of experiments) {
    try {
      for (const check of (await run()).checks) {
        if (passes(check)) passed++;
        else
          faults.push(`${id} ${check.what}: ${format(check.got)}, not ${format(check.expected)}`);
      }
    } catch (error) {
      faults.push(`${id} ${String(error)}`);
    }
  }
  const bits = await bitsOf();
  if (backend().name !== name) faults.push(`${backend().name} was in use at the end, not ${name}`);
  const { threads, fusedMultiplyAdd: fused } = capabilities;
  return { used: { name, threads, fused }, passed, faults, bits };
}

async function bitsOf(): Promise<string> {
  const hash = createHash("sha256");
  for (const values of await lenetSteps()) {
    if (!values.every(Number.isFinite))
      throw new Error("training gave numbers that are not finite");
    hash.update(new Uint8Array(Float32Array.from(values).buffer));
  }
  return hash.digest("hex").slice(0, 16);
}

console.log(JSON.stringify(await numbers(process.argv[2] as string)));
process.exit();
