// The examples run, on the sample that ships with the repository.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);

async function example(name: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const env = { ...process.env, FOVEA_DATA_SOURCES: "sample", NO_COLOR: "1" };
  return (await run(process.execPath, [path, ...args], { env })).stdout;
}

describe("examples", () => {
  it("01: tensors and gradients print what PyTorch prints", async () => {
    expect(await example("01-tensors.ts")).toBe(
      "tensor(30., grad_fn=<SumBackward0>)\ntensor([[2., 4.],\n        [6., 8.]])\n",
    );
  });

  it("02: LeNet step by step reports its loss", async () => {
    expect(await example("02-lenet-step-by-step.ts", "5")).toMatch(/^step 5: loss 2\.\d{3}\n$/);
  });

  it("03: LeNet with fit reports its epochs", async () => {
    expect(await example("03-lenet-fit.ts", "1")).toMatch(
      /^epoch 1: loss 2\.\d{3}, train 0\.\d{3}, test 0\.\d{3}\n$/,
    );
  });

  it("04: a residual network with fit reports its epochs", async () => {
    expect(await example("04-resnet-fit.ts", "1", "256")).toMatch(
      /^epoch 1: loss 2\.\d{3}, train 0\.\d{4}, test 0\.\d{4}, \d+\.\d s\n$/,
    );
  });
});
