// Random graphs: whatever the planner fuses, re-lays or shares, wasm gives what the reference gives.
import { describe, expect, it } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { type BackendEngine, useBackend } from "../../src/engine.ts";
import { avgPool2d, concat, conv2d, maxPool2d, softmax } from "../../src/ops/index.ts";
import { setEngine } from "../../src/tensor/engine.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { byElement } from "./byElement.ts";

const graphs = 200;
/** Others, for kernels with a chunk for each element. */
const fineGraphs = 50;
const steps = 30;

/** Draws the same graph from the same seed, on whatever backend is in use. */
function randomGraph(seed: number): Tensor[] {
  const random = new Generator(seed);
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  const batch = pick([1, 3, 4, 8]);
  const leaf = (shape: readonly number[], requiresGrad = false): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () => random.uniform() * 2 - 1);
    return Tensor.from(data, { shape, requiresGrad });
  };
  const shapes = [
    [batch, 4, 6, 6],
    [batch, 2, 5, 7],
    [batch, 12],
    [5, 4],
  ];
  const leaves = shapes.map((shape) => leaf(shape, true));
  const values: Tensor[] = [...leaves];
  const ofRank = (rank: number): Tensor[] => values.filter(({ ndim }) => ndim === rank);
  const moves: (() => Tensor | null)[] = [
    () => pick(values).sigmoid(),
    () => pick(values).tanh(),
    () => pick(values).relu().add(0.1),
    () =>
      pick(values)
        .mul(pick([0.5, -1, 1]))
        .add(pick([0, 0.25])),
    () => {
      const a = pick(values);
      const b = pick(values.filter(({ shape }) => shape.join() === a.shape.join()));
      return pick([() => a.add(b), () => a.mul(b), () => a.maximum(b), () => a.sub(b)])().tanh();
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : a.add(a.mean(pick([0, 1]), { keepdim: true }));
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 || a.numel === 0
        ? null
        : a.sum(a.ndim - 1, { keepdim: pick([true, false]) }).tanh();
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : softmax(a, pick([0, 1]));
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : a.transpose(0, a.ndim - 1);
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : a.flatten(1);
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : a.reshape([-1]).reshape(a.shape);
    },
    () => {
      const a = pick(values);
      const size = a.shape[a.ndim - 1] ?? 0;
      return size < 2 ? null : a.slice(a.ndim - 1, 1, size);
    },
    () => {
      const a = pick(values);
      return a.ndim < 2 ? null : concat([a, a.neg()], pick([0, 1]));
    },
    () => {
      const a = pick(ofRank(2));
      return a.matmul(leaf([a.shape[1] as number, pick([3, 4, 9])])).tanh();
    },
    () => {
      const a = pick(ofRank(2));
      return a.transpose(0, 1).matmul(a).tanh();
    },
    () => {
      const a = pick(
        ofRank(4).filter(({ shape }) => (shape[2] as number) > 2 && (shape[3] as number) > 2),
      );
      if (a === undefined) return null;
      const weight = leaf([pick([1, 3, 5]), a.shape[1] as number, 3, 3]);
      return conv2d(a, weight, null, { padding: pick([0, 1, 2]), stride: pick([1, 2]) }).tanh();
    },
    () => {
      const a = pick(
        ofRank(4).filter(({ shape }) => (shape[2] as number) > 1 && (shape[3] as number) > 1),
      );
      if (a === undefined) return null;
      return pick([() => avgPool2d(a, 2), () => maxPool2d(a, 2, { stride: 1 })])();
    },
  ];
  while (values.length < steps) {
    const value = pick(moves)();
    if (value !== null && value.numel > 0 && value.numel < 20_000) values.push(value);
  }
  const last = values.at(-1) as Tensor;
  const gradients = grad(last.sum(), leaves, { allowUnused: true }).filter((g) => g !== null);
  return [last, pick(values), pick(values), ...gradients];
}

async function evaluate(engine: BackendEngine, seed: number): Promise<number[][]> {
  setEngine(engine);
  const outputs = randomGraph(seed);
  return Promise.all(outputs.map(async (output) => Array.from(await output.data())));
}

/** The largest difference, relative to the largest value around. */
function difference(a: readonly number[], b: readonly number[]): number {
  const largest = Math.max(1, ...a.map(Math.abs));
  return (
    a.reduce((most, value, k) => Math.max(most, Math.abs(value - (b[k] as number))), 0) / largest
  );
}

describe("random graphs of 30 ops", () => {
  it(`${graphs} of them: as on the reference, with 1 and 2 threads, with and without fusion`, async () => {
    const reference = useBackend(createReferenceBackend());
    const one = useBackend(createWasmBackend({ threads: 1 }));
    const two = useBackend(createWasmBackend({ threads: 2 }));
    const unfused = useBackend(createWasmBackend({ threads: 1 }), { fusion: false });
    for (let seed = 0; seed < graphs; seed++) {
      const expected = await evaluate(reference, seed);
      const fused = await evaluate(one, seed);
      expect(await evaluate(two, seed), `seed ${seed}: threads change the bits`).toEqual(fused);
      const separate = await evaluate(unfused, seed);
      expected.forEach((values, i) => {
        // Thirty ops deep, each adds a few roundings of 6e-8.
        const found = fused[i] as number[];
        expect(difference(values, found), `seed ${seed}, output ${i}`).toBeLessThan(1e-4);
        const apart = difference(found, separate[i] as number[]);
        expect(apart, `seed ${seed}, output ${i}: fusion changes the values`).toBeLessThan(1e-5);
      });
    }
    for (const { backend } of [one, two, unfused]) backend.dispose();
  }, 120_000);

  it(`${fineGraphs} of them: as on the reference, with a chunk for each element`, async () => {
    const reference = useBackend(createReferenceBackend());
    const fine = useBackend(byElement(createWasmBackend({ threads: 2 })));
    for (let seed = graphs; seed < graphs + fineGraphs; seed++) {
      const expected = await evaluate(reference, seed);
      const found = await evaluate(fine, seed);
      expected.forEach((values, i) => {
        const error = difference(values, found[i] as number[]);
        expect(error, `seed ${seed}, output ${i}`).toBeLessThan(1e-4);
      });
    }
    fine.backend.dispose();
  }, 120_000);
});
