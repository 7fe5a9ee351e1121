// Checkpoints: parts of a network that are computed again in the backward pass. Same bits, less memory.
import { describe, expect, it } from "vitest";
import { checkpoint, grad } from "../../src/autograd/index.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { manualSeed, nn, noGrad, optim, setBackend, Tensor } from "../../src/index.ts";
import { uniform } from "../../src/ops/uniform.ts";
import { plan } from "../../src/plan/plan.ts";
import { randomKey } from "../../src/tensor/randomKeys.ts";
import { valuesOf } from "./toy.ts";

const shape = [8, 4, 8, 8];
const image = () =>
  Tensor.from(
    Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i)),
    { shape },
  );

/** Half of the elements dropped. */
class Drop extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.mul(uniform(x.shape, randomKey()).gt(0.5).to("float32"));
  }
}

function blocks(count: number): nn.Sequential {
  manualSeed(7);
  return new nn.Sequential(
    ...Array.from(
      { length: count },
      () =>
        new nn.Sequential(
          new nn.Conv2d(4, 4, 3, { padding: 1 }),
          new nn.BatchNorm2d(4),
          new nn.ReLU(),
          new Drop(),
          new nn.Conv2d(4, 4, 3, { padding: 1 }),
        ),
    ),
  );
}

type Through = (block: nn.Module, x: Tensor) => Tensor;
const plainly: Through = (block, x) => block.forward(x);
const again: Through = (block, x) => checkpoint((y) => block.forward(y), x);

function forward(net: nn.Module, through: Through): Tensor {
  let x = image();
  for (const block of net.children()) x = through(block, x);
  return x.square().mean();
}

describe("checkpoint", () => {
  it.each(["reference", "wasm"])(
    "gives the same bits on %s, also of running statistics",
    async (backend) => {
      setBackend(backend);
      const run = async (through: Through) => {
        const net = blocks(3);
        const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
        const losses: number[] = [];
        for (let step = 0; step < 3; step++) {
          optimizer.zeroGrad();
          const loss = forward(net, through);
          loss.backward();
          optimizer.step();
          losses.push(await loss.item());
        }
        return { losses, values: await valuesOf(net) };
      };
      expect(await run(again)).toEqual(await run(plainly));
    },
  );

  it("needs less memory for a deep network", () => {
    setBackend("wasm", { threads: 1 });
    const arena = (through: Through): number => {
      const net = blocks(8);
      const loss = forward(net, through);
      const graph = graphOf(grad(loss, net.parameters()).map(({ node }) => node));
      return plan(graph, { lanes: 4, accumulators: 8 }).arenaBytes;
    };
    expect(arena(again)).toBeLessThan(0.6 * arena(plainly));
  });

  it("has second derivatives", async () => {
    setBackend("reference");
    const x = Tensor.from([0.5, 2], { requiresGrad: true });
    const w = Tensor.from([3, -1], { requiresGrad: true });
    const y = checkpoint((z) => z.mul(w).exp().mul(z), x).sum();
    const [dx] = grad(y, [x], { createGraph: true }) as [Tensor];
    const [dxx, dxw] = (await Promise.all(
      grad(dx.sum(), [x, w]).map((g) => g.array()),
    )) as number[][];
    // y = x·e^(wx): y″ = (2w + w²x)·e^(wx), ∂y′/∂w = (2x + wx²)·e^(wx)
    for (const [i, [x, w]] of [[0.5, 3] as const, [2, -1] as const].entries()) {
      expect(dxx?.[i]).toBeCloseTo((2 * w + w * w * x) * Math.exp(w * x), 4);
      expect(dxw?.[i]).toBeCloseTo((2 * x + w * x * x) * Math.exp(w * x), 4);
    }
  });

  it("reaches values of outside that the function uses, and can be nested", async () => {
    setBackend("wasm");
    const x = Tensor.from([1, 2], { requiresGrad: true });
    const outside = x.mul(3);
    const y = checkpoint((z) => checkpoint((u) => u.mul(outside), z.exp()).add(z), x);
    await y.data();
    y.sum().backward();
    const expected = [1, 2].map((v) => 3 * Math.exp(v) * (1 + v) + 1);
    const found = (await x.grad?.array()) as number[];
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 3);
  });

  it("leaves alone what needs no gradient, and refuses what is no tensor", () => {
    setBackend("reference");
    const x = Tensor.from([1, 2], { requiresGrad: true });
    expect(noGrad(() => checkpoint((z) => z.exp(), x)).requiresGrad).toBe(false);
    expect(checkpoint((z) => z, x).node).toBe(x.node);
    expect(() => checkpoint((_) => 3 as never, x)).toThrow(/did not return a tensor/);
  });
});
