// A page's engine is used before the code that plans and compiles for it has come: all that is asked of it waits, in order, and
// comes out as if nothing had been waited for.
import { afterAll, describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { collectGarbage } from "../../src/collect.ts";
import { BackendEngine } from "../../src/engine.ts";
import {
  compile,
  inspect,
  manualSeed,
  nn,
  noGrad,
  optim,
  setBackend,
  Tensor,
  train,
  Variable,
} from "../../src/index.ts";
import { engine, setEngine } from "../../src/tensor/engine.ts";

afterAll(() => {
  setBackend("wasm");
});

/** An engine for which this must come first. */
function use(code: Promise<void> | null): void {
  setEngine(new BackendEngine(createWasmBackend({ threads: 1 }), {}, code));
}

/** Code that comes when the test says so. */
function arrival(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((arrived) => {
    resolve = arrived;
  });
  return { promise, resolve };
}

/** What a program reads, first without waiting for anything, then on an engine whose code comes when all is asked for. */
async function bothWays(
  program: () => readonly Promise<unknown>[],
): Promise<[at: unknown[], late: unknown[]]> {
  use(null);
  const atOnce = await Promise.all(program());
  const code = arrival();
  use(code.promise);
  const asked = program();
  code.resolve();
  return [atOnce, await Promise.all(asked)];
}

async function expectSame(program: () => readonly Promise<unknown>[]): Promise<void> {
  const [atOnce, late] = await bothWays(program);
  expect(late).toEqual(atOnce);
}

function network(): nn.Sequential {
  manualSeed(3);
  return new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Dropout(0.25),
    new nn.Flatten(),
    new nn.Linear(64, 3),
  );
}

const images = () =>
  Tensor.arange(8 * 64)
    .mul(0.01)
    .sin()
    .reshape(8, 1, 8, 8);
const labels = () => Tensor.from(Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1));

describe("an engine whose code is on its way", () => {
  test("computes what is read in the meantime", () =>
    expectSame(() => {
      const x = Tensor.from([3, 1, 2]);
      const y = x.mul(2).realize();
      // Settled already, though nothing is computed: what follows starts from it.
      const z = y.add(x).realize();
      return [x.data(), y.data(), z.data(), z.sort().values.sum().item()];
    }));

  test("trains step by step, each loss as it was when it was asked for", () =>
    expectSame(() => {
      const net = network();
      const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
      const losses = Array.from({ length: 4 }, () => {
        const loss = nn.functional.crossEntropy(net.forward(images()), labels());
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      return [...losses, ...[...net.stateDict().values()].map((value) => value.data())];
    }));

  test("runs captured steps in place, between other writes and reads of the same variables", () =>
    expectSame(() => {
      const total = new Variable(Tensor.from([1, 2, 3]));
      const rate = new Variable(Tensor.from([0, 0, 0]));
      const step = engine().capture([[total, total.add(rate)]]);
      const found: Promise<unknown>[] = [];
      const numbers = new Float32Array(3);
      for (let i = 1; i <= 3; i++) {
        numbers.fill(i);
        rate.write(numbers);
        step.run();
        found.push(total.data());
        if (i === 2) total.write(Float32Array.of(10, 20, 30));
      }
      // The array is the caller's again.
      numbers.fill(100);
      return [...found, rate.data()];
    }));

  test("goes on in order while a program goes on with what it has read", () =>
    expectSame(() => {
      const total = new Variable(Tensor.from([1, 2, 3]));
      const step = engine().capture([[total, total.mul(2)]]);
      const first = total.data();
      for (let i = 0; i < 5; i++) step.run();
      // By then all steps were asked for.
      const later = first.then(() => {
        total.write(Float32Array.of(7, 7, 7));
        step.run();
        return total.data();
      });
      return [first, total.data(), later];
    }));

  test("keeps values that are made later, but were needed before they were replaced", () =>
    expectSame(() => {
      const weight = new Variable(
        Tensor.ofDataLater([3], "float32", () => Float32Array.of(1, 2, 3)),
      );
      const doubled = weight.mul(2).realize();
      weight.writeLater(() => Float32Array.of(7, 8, 9));
      return [doubled.data(), weight.data()];
    }));

  test("runs a compiled network, also after its parameters have changed", () =>
    expectSame(() => {
      const net = network().eval();
      const compiled = compile(net, [1, 1, 8, 8]);
      const input = Float32Array.from({ length: 64 }, (_, i) => i / 64);
      const before = compiled.run(input);
      noGrad(() => {
        for (const parameter of net.parameters()) parameter.assign(parameter.mul(0.5));
      });
      compiled.refresh();
      return [before, compiled.run(input)];
    }));

  test("does not give away memory of what waits to be read", async () => {
    const code = arrival();
    use(code.promise);
    const sum = (() => {
      const x = new Variable(Tensor.from(new Float32Array(4096)));
      x.write(new Float32Array(4096).fill(2));
      return x.mul(3).sum().realize();
    })();
    collectGarbage();
    // Buffers are freed in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const others = Array.from({ length: 8 }, () => Tensor.from(new Float32Array(4096).fill(-1)));
    code.resolve();
    expect(await sum.item()).toBe(6 * 4096);
    expect(await (others[7] as Tensor).sum().item()).toBe(-4096);
  });

  test("is idle once all is computed", async () => {
    const code = arrival();
    use(code.promise);
    const y = Tensor.from([1, 2]).exp().realize();
    let isIdle = false;
    const idle = engine()
      .idle()
      ?.then(() => {
        isIdle = true;
      });
    await new Promise((resolve) => setTimeout(resolve));
    expect(isIdle).toBe(false);
    code.resolve();
    await idle;
    expect(engine().idle()).toBeNull();
    expect(await y.sum().item()).toBeCloseTo(Math.E + Math.E ** 2, 5);
  });

  test("is waited for by fit and by profile", async () => {
    const data = {
      ...{ name: "noise", imageShape: [1, 8, 8] as const, classes: ["a", "b", "c"], length: 8 },
      images: Uint8Array.from({ length: 512 }, (_, i) => (i * 37) % 256),
      labels: Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 1),
    };
    let steps = 0;
    const trained = () =>
      train.fit(network(), {
        ...{ data, optimizer: optim.sgd({ lr: 0.1 }), epochs: 2, batchSize: 4 },
        callbacks: [
          {
            onAfterStep() {
              steps++;
            },
          },
        ],
      });
    use(null);
    const { epochs } = await trained();
    const code = arrival();
    use(code.promise);
    const late = trained();
    const net = network();
    const profile = inspect.profile(() => net.forward(images()).realize(), {
      ...{ runs: 1, warmup: 0, peak: false },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(steps).toBe(4);
    code.resolve();
    expect((await late).epochs.map(({ loss }) => loss)).toEqual(epochs.map(({ loss }) => loss));
    expect((await profile).kernels.length).toBeGreaterThan(3);
  });

  test("tells everybody who reads why it does not come", async () => {
    const fault = new Error("the network is gone");
    use(Promise.reject(fault));
    const y = Tensor.from([1, 2]).mul(2).realize();
    await expect(y.data()).rejects.toBe(fault);
    await expect(Tensor.from([1]).add(1).item()).rejects.toBe(fault);
  });

  test("tells everybody who reads what failed meanwhile", async () => {
    const code = arrival();
    const backend = createWasmBackend({ threads: 1 });
    const fault = new Error("out of memory");
    backend.compile = () => {
      throw fault;
    };
    setEngine(new BackendEngine(backend, {}, code.promise));
    const y = Tensor.from([1, 2]).mul(2).realize();
    const read = y.data();
    code.resolve();
    await expect(read).rejects.toBe(fault);
    await expect(y.data()).rejects.toBe(fault);
  });
});
