// Tensors of random numbers on every backend: repeatable, and distributed as they should be.
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { bernoulli, rand, randint, randLike, randn, randperm } from "../../src/ops/index.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import { StepKeys, withRandomKeys } from "../../src/tensor/randomKeys.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

describe.each([...backends, ...gpuBackends])("on $name", ({ name }) => {
  beforeAll(() => {
    setBackend(name);
  });

  test("random numbers follow from the seed", async () => {
    const draw = async () => [
      await rand([5]).array(),
      await randn([5]).array(),
      await randint(-3, 9, [5]).array(),
      await randperm(9).array(),
      await bernoulli(Tensor.full([9], 0.5)).array(),
    ];
    manualSeed(3);
    const first = await draw();
    expect(await draw()).not.toEqual(first);
    manualSeed(3);
    expect(await draw()).toEqual(first);
    const own = () => rand([5], { generator: new Generator(7) }).array();
    expect(await own()).toEqual(await own());
  });

  test("random numbers are distributed as they should be", async () => {
    manualSeed(0);
    const n = 20_000;
    const mean = (data: ArrayLike<number>): number =>
      Array.from(data).reduce((sum, x) => sum + x, 0) / data.length;
    // Four standard deviations of the mean of n numbers.
    const within = (deviation: number): number => (4 * deviation) / Math.sqrt(n);
    expect(Math.abs(mean(await rand([n]).data()) - 0.5)).toBeLessThan(within(Math.sqrt(1 / 12)));
    const normals = await randn([n]).data();
    expect(Math.abs(mean(normals))).toBeLessThan(within(1));
    expect(Math.abs(mean(normals.map((x) => x * x)) - 1)).toBeLessThan(within(Math.SQRT2));
    const bits = await bernoulli(Tensor.full([n], 0.3)).data();
    expect(new Set(bits)).toEqual(new Set([0, 1]));
    expect(Math.abs(mean(bits) - 0.3)).toBeLessThan(within(Math.sqrt(0.21)));
    const whole = await randint(-2, 3, [n]).data();
    expect([...new Set(whole)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(Math.abs(mean(whole))).toBeLessThan(within(Math.SQRT2));
    const order = await randperm(1000).data();
    expect(order).not.toEqual(order.toSorted());
    expect([...order.toSorted()]).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test("random numbers with a gradient are leaves; keys of a step are variables", async () => {
    const x = randn([3], { requiresGrad: true });
    expect(x.isLeaf).toBe(true);
    x.mul(2).sum().backward();
    expect(await x.grad?.array()).toEqual([2, 2, 2]);
    const keys = new StepKeys();
    const drawn = withRandomKeys(keys.next, () => randLike(Tensor.zeros([4])).node.inputs);
    expect(drawn.every(({ owner }) => owner !== null)).toBe(true);
  });
});

test("bounds between which nothing is drawn are refused", () => {
  expect(() => randint(3, 3, [1])).toThrow(/no whole numbers are drawn from 3 to 3/);
  expect(() => randint(0, 2 ** 25, [1])).toThrow(/2\^24 apart/);
});
