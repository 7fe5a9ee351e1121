// Whether Fovea's results for a golden case agree with the stored ones.
import { engine } from "../../src/tensor/engine.ts";
import { runners } from "./runners.ts";
import { type GoldenCase, type GoldenFolder, toTensor, worst } from "./support.ts";

/** Is there an op, optimizer or training for this case? */
export function isKnown({ op }: GoldenCase): boolean {
  return op in runners;
}

/** Bounds of the cases' own description: single ops; ten times that for optimizers; relative for training. */
function toleranceOf(op: string): { absolute: number; relative: number } {
  if (op === "train_lenet_sgd") return { absolute: 1e-5, relative: 1e-3 };
  const factor = op.startsWith("optimizer_") ? 10 : 1;
  return { absolute: 1e-5 * factor, relative: 1e-4 * factor };
}

/** Messages for what differs; empty if the case passes. */
export async function check(golden: GoldenCase, { tensors }: GoldenFolder): Promise<string[]> {
  const load = (name: string) => {
    const stored = tensors.get(name);
    if (stored === undefined) throw new Error(`no tensor ${name} in cases.safetensors`);
    return stored;
  };
  const inputs = Object.fromEntries(
    Object.entries(golden.inputs).map(([name, key]) => [name, toTensor(load(key))]),
  );
  const run = runners[golden.op] as (typeof runners)[string];
  const shapes = Object.fromEntries(
    Object.entries(golden.outputs).map(([name, key]) => [name, load(key).shape]),
  );
  const outputs = await run(golden.args, inputs, shapes);
  // All at once, as in training: one graph to plan and compile, not one for each.
  engine().realize(Object.values(outputs).map(({ node }) => node));
  const faults: string[] = [];
  for (const [name, key] of Object.entries(golden.outputs)) {
    const expected = load(key);
    const actual = outputs[name];
    if (actual === undefined) faults.push(`${name} was not computed`);
    else if (actual.shape.join() !== expected.shape.join())
      faults.push(`${name} is [${actual.shape}], expected [${expected.shape}]`);
    else {
      const error = worst(await actual.data(), expected.data, toleranceOf(golden.op));
      if (error > 1) faults.push(`${name}: ${error.toFixed(1)} times the tolerance`);
    }
  }
  return faults;
}
