// Profiles of steps: what they name, that they compute what a step computes, and that they leave nothing behind.
import { afterEach, describe, expect, test } from "vitest";
import { inspect, models, nn, noGrad, optim, setBackend, Tensor, train } from "../../src/index.ts";
import { engine } from "../../src/tensor/engine.ts";
import { backends } from "./backends.ts";
import { batchSize, lenetStep } from "./lenetStep.ts";

afterEach(() => {
  setBackend("auto");
});

const timed = backends
  .filter(({ name }) => name !== "reference")
  .flatMap(({ name }) => [1, 2].map((threads) => [name, threads] as const));

describe.each(timed)("%s with %i threads", (name, threads) => {
  test("a profiled step computes the same bits as a step", async () => {
    setBackend(name, { threads });
    const profiled = lenetStep();
    const options = { runs: 2, warmup: 1, peak: false };
    await inspect.profile(profiled.run, options);
    const plain = lenetStep();
    // One to see whether there are kernels, and each of warmup and runs in two forms.
    for (let i = 0; i < 7; i++) plain.run();
    expect(await profiled.weights()).toEqual(await plain.weights());
  });

  test("names kernels by module, fused ops and part of the step", async () => {
    setBackend(name, { threads });
    const found = await inspect.profile(lenetStep(), { runs: 2, warmup: 1, peak: false });
    const of = (label: string, phase: string) =>
      found.kernels.find((kernel) => kernel.label === label && kernel.phase === phase);
    expect(of("0 conv2d+bias+sigmoid", "forward")).toMatchObject({
      kind: "conv forward",
      path: "0",
      ops: [
        { op: "conv2d", path: "0" },
        { op: "bias", path: "0" },
        { op: "sigmoid", path: "1" },
      ],
      calls: 1,
      // Images, weights and bias in; what comes out of the sigmoid.
      readBytes: 4 * (batchSize * 784 + 6 * 25 + 6),
      writtenBytes: 4 * batchSize * 6 * 784,
    });
    const kinds = found.kinds.map(({ kind }) => kind);
    for (const kind of ["conv input gradient", "conv weight gradient", "pool", "optimizer"])
      expect(kinds).toContain(kind);
    expect(
      found.kernels.find(({ kind }) => kind === "conv input gradient")?.label.startsWith("3 "),
    ).toBe(true);
    expect(found.kernels.filter(({ phase }) => phase === "update").length).toBeGreaterThan(0);
    // A batch out of the data set counts as its rows.
    const pick = found.kernels.find(({ ops }) => ops.some(({ op }) => op === "indexSelect"));
    expect(pick?.readBytes).toBeLessThanOrEqual(batchSize * (784 + 8));
  });

  test("sums and shares add up, and the whole survives JSON", async () => {
    setBackend(name, { threads });
    const found = await inspect.profile(lenetStep(), { runs: 3, warmup: 1, peak: false });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(found.kernels.map(({ ms }) => ms))).toBeCloseTo(found.kernelMs, 9);
    expect(sum(found.kinds.map(({ ms }) => ms))).toBeCloseTo(found.kernelMs, 9);
    expect(sum(found.kernels.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(found.overheadMs).toBeCloseTo(found.stepMs - found.kernelMs, 9);
    expect(found).toMatchObject({ backend: name, threads, runs: 3, peak: null });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });
});

describe("profile", () => {
  test("takes async functions and whole loops; a program that runs twice is one entry", async () => {
    setBackend("wasm", { threads: 1 });
    const net = new nn.Linear(16, 4);
    const x = Tensor.ones([2, 16]).realize();
    const forward = () => noGrad(() => net.forward(x).realize());
    const twice = async () => {
      forward();
      await forward().data();
    };
    const options = { runs: 1, warmup: 0, peak: false };
    const [once] = (await inspect.profile(forward, options)).kernels;
    const [both] = (await inspect.profile(twice, options)).kernels;
    expect(both?.label).toBe("matmul+bias");
    expect(once?.calls).toBe(1);
    expect(both?.calls).toBe(2);
    expect(both?.flops).toBe(2 * (once?.flops ?? 0));
    expect(both?.readBytes).toBe(2 * (once?.readBytes ?? 0));
  });

  test("measures what the machine reaches, and shares of it", async () => {
    setBackend("wasm", { threads: 1 });
    const found = await inspect.profile(lenetStep(), { runs: 1, warmup: 0 });
    expect(found.peak?.gflopsPerSecond).toBeGreaterThan(0);
    expect(found.peak?.copyGigabytesPerSecond).toBeGreaterThan(0);
    const { gflopsPerSecond, computeShare } = found.kernels[0] as inspect.KernelProfile;
    expect(computeShare).toBe(gflopsPerSecond / (found.peak?.gflopsPerSecond as number));
  });

  test("says what it cannot do, and ends its listening in any case", async () => {
    setBackend("wasm", { threads: 1 });
    const options = { runs: 1, warmup: 0, peak: false };
    await expect(inspect.profile(() => {}, options)).rejects.toThrow("computed nothing");
    await expect(inspect.profile(() => {}, { runs: 0 })).rejects.toThrow("runs must be");
    await expect(inspect.profile(() => {}, { rounds: 1 } as never)).rejects.toThrow("rounds");
    let turn = 0;
    const changing = () => {
      const x = Tensor.ones([3]).add(1).realize();
      if (turn++ % 4 === 2) x.exp().realize();
    };
    await expect(inspect.profile(changing, { ...options, runs: 4 })).rejects.toThrow(
      "does not compute the same each time",
    );
    const fails = () => {
      throw new Error("on the way");
    };
    await expect(inspect.profile(fails, options)).rejects.toThrow("on the way");
    // A run after that is an ordinary one: a listener would see it.
    let heard = 0;
    engine().listen(() => heard++);
    engine().listen(null);
    Tensor.ones([3]).add(1).realize();
    expect(heard).toBe(0);
    setBackend("reference");
    await expect(
      inspect.profile(() => void Tensor.ones([3]).add(1).realize(), options),
    ).rejects.toThrow("reference has no kernels");
  });
});

describe("formatProfile", () => {
  test.each([40, 60, 80, 120])("fits %i columns", async (columns) => {
    setBackend("wasm", { threads: 1 });
    const found = await inspect.profile(lenetStep(), { runs: 1, warmup: 0, peak: false });
    const lines = inspect.formatProfile(found, { columns, rows: 4 }).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(lines).toContainEqual(expect.stringMatching(/^\d+ more, \d/));
    const ms = lines.slice(1, 5).map(Number.parseFloat);
    expect(ms).toEqual(ms.toSorted((a, b) => b - a));
  });
});

describe("memoryUse", () => {
  test("tells what lives when, and no more than the arena holds", () => {
    setBackend("wasm", { threads: 1 });
    const options = {
      inputShape: [1, 28, 28] as const,
      batchSize: 16,
      optimizer: optim.adam({ lr: 0.1 }),
    };
    const use = inspect.memoryUse(models.lenet(), options);
    const { estimate, timeline, peak, values } = use;
    expect(estimate).toEqual(train.estimateMemory(models.lenet(), options));
    expect(peak.bytes).toBe(Math.max(...timeline));
    expect(timeline[peak.stage]).toBe(peak.bytes);
    // Values of the same stage do not overlap, so together they fit.
    expect(peak.bytes).toBeLessThanOrEqual(estimate.temporaries);
    expect(peak.activations + peak.gradients + peak.others).toBe(peak.bytes);
    // The first sigmoid's output is needed from the second stage until its gradient is computed.
    const sigmoid = values.find(({ path, op }) => path === "1" && op === "sigmoid");
    expect(sigmoid).toMatchObject({ phase: "forward", bytes: 4 * 16 * 6 * 784 });
    expect(sigmoid?.to).toBeGreaterThan(10);
    expect(peak.values).toContain(sigmoid);
    expect(JSON.parse(JSON.stringify(use))).toEqual(use);
  });
});
