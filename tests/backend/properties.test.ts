// Broadcasting and chains of views against plain loops, over random ranks, sizes and arguments.
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import "../../src/ops/index.ts";
import { engine } from "../../src/tensor/engine.ts";
import { type Shape, sizeOf, stridesOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

const runs = 150;
const groupSize = 30;
const size = fc.nat(5);
const shapes = fc.array(size, { maxLength: 4 });

/** A tensor as the test sees it: the element at an index. */
interface Model {
  readonly shape: Shape;
  at(index: readonly number[]): number;
}

/** Every index of a shape, in row-major order. */
function indices(shape: Shape): number[][] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.map((n, axis) => Math.floor(i / (strides[axis] as number)) % n),
  );
}

function elements({ shape, at }: Model): number[] {
  return indices(shape).map(at);
}

/** Small whole numbers, all results of which are exact. */
function filled(shape: Shape, seed: number): { tensor: Tensor; model: Model } {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7 + seed) % 23) - 11);
  const strides = stridesOf(shape);
  const at = (index: readonly number[]): number =>
    data[index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0)] as number;
  return { tensor: Tensor.from(data, { shape }), model: { shape, at } };
}

const binary = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  maximum: Math.max,
  minimum: Math.min,
} as const;

/** A shape, and one that broadcasts to it: some axes of size 1, some of the first left out. */
const broadcastable = fc
  .tuple(shapes, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat(4))
  .map(([shape, ones, dropped]) => ({
    shape,
    other: shape.map((n, axis) => (ones[axis] ? 1 : n)).slice(Math.min(dropped, shape.length)),
  }));

/** One view: what it does to the tensor, and to the model. `pick(n)` chooses from 0 to n − 1. */
type View = (x: Tensor, model: Model, pick: (n: number) => number) => [Tensor, Model];

const views: Record<string, View> = {
  slice(x, { shape, at }, pick) {
    const axis = pick(shape.length);
    const n = shape[axis] as number;
    const [start, step] = [pick(n + 1), 1 + pick(3)];
    const end = start + pick(n - start + 1);
    return [
      x.slice(axis, start, end, step),
      {
        shape: shape.with(axis, Math.ceil((end - start) / step)),
        at: (index) => at(index.with(axis, start + (index[axis] as number) * step)),
      },
    ];
  },
  narrow(x, { shape, at }, pick) {
    const axis = pick(shape.length);
    const n = shape[axis] as number;
    const start = pick(n + 1);
    const length = pick(n - start + 1);
    return [
      x.narrow(axis - shape.length, start, length),
      {
        shape: shape.with(axis, length),
        at: (index) => at(index.with(axis, start + (index[axis] as number))),
      },
    ];
  },
  select(x, model, pick) {
    const { shape, at } = model;
    const axis = pick(shape.length);
    const n = shape[axis] as number;
    if (n === 0) return [x, model];
    const position = pick(n);
    return [
      x.select(axis, pick(2) === 0 ? position : position - n),
      { shape: shape.toSpliced(axis, 1), at: (index) => at(index.toSpliced(axis, 0, position)) },
    ];
  },
  flip(x, { shape, at }, pick) {
    const axes = shape.map((_, axis) => axis).filter(() => pick(2) === 0);
    const flipped = (i: number, axis: number): number =>
      axes.includes(axis) ? (shape[axis] as number) - 1 - i : i;
    return [x.flip(axes), { shape, at: (index) => at(index.map(flipped)) }];
  },
  permute(x, { shape, at }, pick) {
    const rest = shape.map((_, axis) => axis);
    const order = shape.map(() => rest.splice(pick(rest.length), 1)[0] as number);
    return [
      x.permute(order),
      {
        shape: order.map((axis) => shape[axis] as number),
        at: (index) => at(shape.map((_, axis) => index[order.indexOf(axis)] as number)),
      },
    ];
  },
  expand(x, { shape, at }, pick) {
    const front = shape.length < 4 ? [pick(4)] : [];
    const stretched = shape.map((n) => (n === 1 ? pick(4) : n));
    const squeezed = (i: number, axis: number): number => (shape[axis] === 1 ? 0 : i);
    return [
      x.expand([...front, ...stretched]),
      {
        shape: [...front, ...stretched],
        at: (index) => at(index.slice(front.length).map(squeezed)),
      },
    ];
  },
  reshape(x, { shape, at }) {
    const [strides, flat] = [stridesOf(shape), [sizeOf(shape)]];
    return [
      x.reshape(flat),
      {
        shape: flat,
        at: ([i]) =>
          at(shape.map((n, axis) => Math.floor((i as number) / (strides[axis] as number)) % n)),
      },
    ];
  },
};

/** Which view, and the numbers it chooses by. */
const steps = fc.array(
  fc.record({
    view: fc.constantFrom(...Object.keys(views)),
    picks: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  }),
  { maxLength: 5 },
);

/** A graph that is not computed yet, and what should come out. */
interface Tried {
  readonly result: Tensor;
  readonly shape: Shape;
  readonly expected: readonly number[];
}

/** Draws cases in groups: those of a group are computed by one program, for compilers take their time to start. */
async function forAll<Case>(
  cases: fc.Arbitrary<Case>,
  seed: number,
  graphs: (test: Case) => readonly Tried[],
): Promise<void> {
  const groups = fc.array(cases, { minLength: groupSize, maxLength: groupSize });
  await fc.assert(
    fc.asyncProperty(groups, async (group) => {
      const tried = group.flatMap(graphs);
      engine().realize(tried.map(({ result }) => result.node));
      for (const { result, shape, expected } of tried) {
        expect(result.shape).toEqual(shape);
        // Zeros of both signs are equal.
        expect([...(await result.data())].map((x) => x + 0)).toEqual(expected.map((x) => x + 0));
      }
    }),
    { numRuns: runs / groupSize, seed },
  );
}

/** A chain of views of a tensor of this shape. */
function chained(shape: Shape, chain: readonly { view: string; picks: number[] }[]) {
  const { tensor, model } = filled(shape, 3);
  let pair: [Tensor, Model] = [tensor, model];
  for (const { view, picks } of chain) {
    if (pair[1].shape.length === 0 && view !== "expand" && view !== "reshape") continue;
    let next = 0;
    const pick = (n: number): number => (picks[next++ % picks.length] as number) % n;
    pair = (views[view] as View)(...pair, pick);
  }
  return pair;
}

describe.each([...backends, ...gpuBackends])("on $name", ({ name }) => {
  beforeAll(() => {
    setBackend(name);
  });

  test("binary ops broadcast as nested loops do", async () => {
    const ops = fc.constantFrom(...(Object.keys(binary) as (keyof typeof binary)[]));
    const cases = fc.record({ shapes: broadcastable, op: ops, isLeft: fc.boolean() });
    await forAll(cases, 1, ({ shapes: { shape, other }, op, isLeft }) => {
      const [a, b] = [filled(shape, 1), filled(other, 5)];
      const [left, right] = isLeft ? [b, a] : [a, b];
      const stretched = (index: readonly number[]): number[] =>
        other.map((n, axis) => (n === 1 ? 0 : (index.at(axis - other.length) as number)));
      const expected = indices(shape).map((index) => {
        const [p, q] = [a.model.at(index), b.model.at(stretched(index))];
        return isLeft ? binary[op](q, p) : binary[op](p, q);
      });
      return [{ result: left.tensor[op](right.tensor), shape, expected }];
    });
  }, 120_000);

  test("views of views are where plain index arithmetic says", async () => {
    const cases = fc.record({ shape: shapes, chain: steps });
    await forAll(cases, 2, ({ shape, chain }) => {
      const [alone, model] = chained(shape, chain);
      const expected = elements(model);
      // With arithmetic around it, the view is computed on the way.
      const [inside] = chained(shape, chain);
      const total = expected.reduce((sum, x) => sum + 2 * x + 1, 0);
      return [
        { result: alone, shape: model.shape, expected },
        { result: inside.add(0.5).sum().mul(2), shape: [], expected: [total] },
      ];
    });
  }, 120_000);
});
