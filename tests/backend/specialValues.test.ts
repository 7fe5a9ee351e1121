// NaN, infinities, zeros of both signs, the largest and the smallest numbers: every backend does with them what float32
// arithmetic does. Subnormal numbers may count as zeros, for WGSL leaves that to the GPU.
import { describe, expect, test } from "vitest";
import { BackendEngine } from "../../src/engine.ts";
import * as fovea from "../../src/index.ts";
import { engine, setEngine } from "../../src/tensor/engine.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const smallestNormal = 2 ** -126;
const largest = (2 - 2 ** -23) * 2 ** 127;

const numbers: readonly number[] = [
  nan,
  infinity,
  -infinity,
  0,
  -0,
  1,
  -1,
  2.5,
  -3,
  largest,
  -largest,
  smallestNormal,
  -smallestNormal,
  2 ** -130,
  -(2 ** -149),
];

/** As C and PyTorch have it; JavaScript's has NaN where 1 is raised to NaN, and ±1 to infinity. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === infinity) ? 1 : a ** b;
}

type Unary = readonly [(x: Tensor) => Tensor, (x: number) => number];
type Binary = readonly [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number];

const unary: Readonly<Record<string, Unary>> = {
  exp: [fovea.exp, Math.exp],
  log: [fovea.log, Math.log],
  sqrt: [fovea.sqrt, Math.sqrt],
  abs: [fovea.abs, Math.abs],
  neg: [fovea.neg, (x) => -x],
  relu: [fovea.relu, (x) => (x > 0 || Number.isNaN(x) ? x : 0)],
  sigmoid: [fovea.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [fovea.tanh, Math.tanh],
  floor: [fovea.floor, Math.floor],
};

const binary: Readonly<Record<string, Binary>> = {
  add: [fovea.add, (a, b) => a + b],
  sub: [fovea.sub, (a, b) => a - b],
  mul: [fovea.mul, (a, b) => a * b],
  div: [fovea.div, (a, b) => a / b],
  maximum: [fovea.maximum, Math.max],
  minimum: [fovea.minimum, Math.min],
  pow: [fovea.pow, power],
  eq: [fovea.eq, (a, b) => Number(a === b)],
  ne: [fovea.ne, (a, b) => Number(a !== b)],
  lt: [fovea.lt, (a, b) => Number(a < b)],
  le: [fovea.le, (a, b) => Number(a <= b)],
  gt: [fovea.gt, (a, b) => Number(a > b)],
  ge: [fovea.ge, (a, b) => Number(a >= b)],
};

/** Functions that round more than once. */
const rounded = new Set(["exp", "log", "sigmoid", "tanh", "pow"]);

/** The number itself, and the zero that may stand for it. */
function readings(x: number): readonly number[] {
  return x !== 0 && Math.abs(x) < smallestNormal ? [x, Math.sign(x) * 0] : [x];
}

/** Is this one of the results that are right, or near one where a function rounds? */
function isRight(name: string, found: number, inputs: readonly number[]): boolean {
  const [, compute] = (unary[name] ?? binary[name]) as Unary & Binary;
  const [first = 0, second = 0] = inputs;
  const right = readings(first)
    .flatMap((a) => readings(second).map((b) => Math.fround(compute(a, b))))
    .flatMap(readings);
  return right.some((expected) => {
    if (found === expected || (Number.isNaN(found) && Number.isNaN(expected))) return true;
    const relative = rounded.has(name) ? 1e-5 : 0;
    return Math.abs(found - expected) <= relative * Math.abs(expected) + smallestNormal;
  });
}

describe.each([...backends, ...gpuBackends])("special numbers on $name", ({ create }) => {
  test("are what float32 arithmetic makes of them", { timeout: 120_000 }, async () => {
    const backend = create();
    setEngine(new BackendEngine(backend));
    const n = numbers.length;
    const x = Tensor.from(Float32Array.from(numbers));
    const [column, row] = [x.reshape(n, 1), x.reshape(1, n)];
    const tried = [
      ...Object.entries(unary).map(([name, [op]]) => ({
        name,
        result: op(x),
        inputs: numbers.map((a) => [a]),
      })),
      ...Object.entries(binary).map(([name, [op]]) => ({
        name,
        result: op(column, row),
        inputs: numbers.flatMap((a) => numbers.map((b) => [a, b])),
      })),
    ];
    engine().realize(tried.map(({ result }) => result.node));
    const wrong: string[] = [];
    for (const { name, result, inputs } of tried) {
      const found = await result.data();
      inputs.forEach((given, i) => {
        if (!isRight(name, found[i] as number, given))
          wrong.push(`${name}(${given.map((a) => (Object.is(a, -0) ? "-0" : a))}) = ${found[i]}`);
      });
    }
    expect(wrong).toEqual([]);
    backend.dispose();
  });
});
