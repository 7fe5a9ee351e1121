// What a training step holds at its peak, beside what PyTorch holds for the same step.
import { describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { memoryUse } from "../../src/inspect/index.ts";
import { lenet, resnet18 } from "../../src/models/index.ts";
import type { Module } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";

/**
 * Bytes of activations and gradients at the peak of PyTorch 1.13's step, with gradients freed before it
 * (`npm run bench -- memory`).
 */
const steps: readonly {
  readonly name: string;
  readonly net: () => Module;
  readonly size: number;
  readonly batchSize: number;
  readonly pytorch: number;
}[] = [
  { name: "LeNet", net: lenet, size: 28, batchSize: 256, pytorch: 17.9e6 },
  { name: "ResNet-18", net: resnet18, size: 96, batchSize: 16, pytorch: 101e6 },
];

describe("the memory of a training step", () => {
  for (const { name, net, size, batchSize, pytorch } of steps) {
    it(`${name}: three quarters of what PyTorch takes are enough`, () => {
      setBackend("wasm");
      const options = {
        inputShape: [1, size, size] as const,
        batchSize,
        optimizer: sgd({ lr: 0.1 }),
      };
      const { estimate, peak } = memoryUse(net(), options);
      expect(estimate.temporaries).toBeLessThan(0.75 * pytorch);
      // Little is lost between the values in the arena.
      expect(estimate.temporaries).toBeLessThan(1.03 * peak.bytes);
    });
  }
});
