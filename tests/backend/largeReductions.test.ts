// Reductions of many elements to few numbers: in parts that threads share, with the same bits for any
// number of threads, and more exact than one long row of additions.
import { afterAll, describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { setBackend } from "../../src/backends.ts";
import { useBackend } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { printProgram } from "../../src/kernel/print.ts";
import "../../src/ops/index.ts";
import { plan } from "../../src/plan/plan.ts";
import { Node } from "../../src/tensor/node.ts";
import { Generator } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { byElement } from "./byElement.ts";

/** Shapes with the axes to reduce: parts end in the middle of everything that has a middle. */
const reductions: readonly (readonly [Shape, readonly number[]])[] = [
  [[65536], [0]],
  [[100003], [0]],
  [[3, 50001], [1]],
  [
    [3, 50001],
    [0, 1],
  ],
  [[50001, 3], [0]],
  [
    [66, 3, 33, 33],
    [0, 1, 2, 3],
  ],
  [
    [66, 3, 33, 33],
    [0, 2, 3],
  ],
  [
    [2, 3, 5, 3001],
    [0, 1, 3],
  ],
  [[1, 100001], [1]],
  [
    [7, 1, 10007],
    [0, 2],
  ],
];

const random = new Generator(11);
const data = Float32Array.from({ length: 230_000 }, () => random.uniform() * 2 - 1);

/** In float64, row by row. */
function expected(shape: Shape, axes: readonly number[]): { sum: number[]; most: number[] } {
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const sum = new Array<number>(sizeOf(kept.map((axis) => shape[axis] as number))).fill(0);
  const most = sum.map(() => Number.NEGATIVE_INFINITY);
  for (let i = 0; i < sizeOf(shape); i++) {
    const at = kept.reduce((index, axis) => {
      const inner = sizeOf(shape.slice(axis + 1));
      const size = shape[axis] as number;
      return index * size + (Math.floor(i / inner) % size);
    }, 0);
    sum[at] = (sum[at] as number) + (data[i] as number);
    most[at] = Math.max(most[at] as number, data[i] as number);
  }
  return { sum, most };
}

type Results = { readonly sum: number[]; readonly most: number[] }[];

async function results(threads: number, grain = "thread"): Promise<Results> {
  const backend = createWasmBackend({ threads });
  useBackend(grain === "element" ? byElement(backend) : backend);
  const found: Results = [];
  for (const [shape, axes] of reductions) {
    const x = Tensor.ofData(data.slice(0, sizeOf(shape)), shape, "float32");
    const sum = Array.from(await x.mul(2).sum(axes).div(2).data());
    const most = Array.from(await x.amax(axes, { keepdim: true }).data());
    found.push({ sum, most });
  }
  backend.dispose();
  return found;
}

describe("large reductions", () => {
  afterAll(() => setBackend("wasm", { threads: 1 }));

  test.each(["thread", "element"])(
    "have the same bits with 1, 2 and 3 threads, and are right, divided by %s",
    async (grain) => {
      const one = await results(1, grain);
      expect(await results(2, grain)).toEqual(one);
      expect(await results(3, grain)).toEqual(one);
      reductions.forEach(([shape, axes], i) => {
        const { sum, most } = expected(shape, axes);
        const found = one[i] as { sum: number[]; most: number[] };
        expect(found.most).toEqual(most);
        found.sum.forEach((value, k) => {
          // Half a unit in the last place of partial sums of size 100, about once in 256 additions.
          expect(Math.abs(value - (sum[k] as number))).toBeLessThan(1e-3);
        });
      });
    },
  );

  test.each(["thread", "element"])("lose few digits, divided by %s", async (grain) => {
    const backend = createWasmBackend({ threads: 1 });
    useBackend(grain === "element" ? byElement(backend) : backend);
    const total = await Tensor.full([4_000_000], 0.1).sum().item();
    expect(Math.abs(total / (4_000_000 * Math.fround(0.1)) - 1)).toBeLessThan(5e-6);
    const mean = await Tensor.full([1000, 1000], 1 / 3)
      .mean()
      .item();
    expect(Math.abs(mean / Math.fround(1 / 3) - 1)).toBeLessThan(5e-6);
    backend.dispose();
  });

  test("take a second kernel, small ones do not", () => {
    const program = (shape: Shape, axes: readonly number[]): string => {
      const x = new Tensor(
        Node.stored({ shape, dtype: "float32" }, { bytes: 0, version: 0, released: false }),
      );
      return printProgram(plan(graphOf([x.mean(axes).node]), { lanes: 4, accumulators: 12 }));
    };
    expect(program([1_000_000], [0])).toMatchInlineSnapshot(`
      "2 bound slots, 1 temporaries in 320 bytes
        0  sum                  ×62  %0 %2
        1  sum                  ×1  %2 %1"
    `);
    expect(program([1000], [0])).toMatchInlineSnapshot(`
      "2 bound slots, 0 temporaries in 0 bytes
        0  sum                  ×1  %0 %1"
    `);
    // Enough results to share: one pass, as for the gradient of a bias.
    expect(program([256, 6, 28, 28], [0, 2, 3])).toMatchInlineSnapshot(`
      "2 bound slots, 0 temporaries in 0 bytes
        0  sum                  ×6  %0 %1"
    `);
  });
});
