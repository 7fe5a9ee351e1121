// Convolutions and pools of random sizes: values and gradients on wasm, also with a chunk for each element, are those of the
// reference.
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createReferenceBackend } from "../../src/backend/reference/index.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { useBackend } from "../../src/engine.ts";
import { avgPool2d, conv2d, convTranspose2d, maxPool2d } from "../../src/ops/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { byElement } from "./byElement.ts";

const runs = 60;

const reference = createReferenceBackend();
const wasm = createWasmBackend({ threads: 2 });
const fine = byElement(wasm);
afterAll(() => {
  wasm.dispose();
});

/** Batches of one, of whole vectors, and between. */
const batch = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 12);

/** One axis of an image and of what slides over it; it fits at least once. */
const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    before: fc.integer({ min: 0, max: 4 }),
    after: fc.integer({ min: 0, max: 4 }),
    over: fc.integer({ min: 0, max: 7 }),
  })
  .map((drawn) => {
    const span = drawn.dilation * (drawn.kernel - 1) + 1;
    return { ...drawn, size: Math.max(1, span - drawn.before - drawn.after + drawn.over) };
  });

const channels = fc.record({
  groups: fc.integer({ min: 1, max: 5 }),
  inPerGroup: fc.integer({ min: 1, max: 5 }),
  outPerGroup: fc.integer({ min: 1, max: 9 }),
});

/** Leaves with whole numbers, so that sums are exact in any order. */
function leaves(shapes: readonly Shape[]): Tensor[] {
  const random = new Generator(11);
  return shapes.map((shape) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random.integer(9) - 4);
    return Tensor.from(data, { shape, requiresGrad: true });
  });
}

/** The value and the gradients of Σ values · (whole numbers), on all backends. */
async function agree(
  shapes: readonly Shape[],
  compute: (inputs: readonly Tensor[]) => Tensor,
  digits?: number,
): Promise<void> {
  const results = [];
  for (const backend of [reference, wasm, fine]) {
    useBackend(backend);
    const inputs = leaves(shapes);
    const y = compute(inputs);
    const [factors] = leaves([y.shape]) as [Tensor];
    const gradients = grad(y.mul(factors.detach()).sum(), inputs);
    const outputs = [y, ...(gradients as Tensor[])];
    results.push(await Promise.all(outputs.map(async (output) => Array.from(await output.data()))));
  }
  const rounded = (values: number[][] | undefined) =>
    digits === undefined
      ? values?.map((list) => list.map((value) => value + 0))
      : values?.map((list) => list.map((value) => Number(value.toFixed(digits)) + 0));
  expect(rounded(results[1])).toEqual(rounded(results[0]));
  expect(rounded(results[2]), "a chunk for each element").toEqual(rounded(results[0]));
}

describe("on wasm, of random sizes", () => {
  test("conv2d", async () => {
    await fc.assert(
      fc.asyncProperty(batch, channels, axis, axis, fc.boolean(), async (n, c, v, h, relu) => {
        await agree(
          [
            [n, c.groups * c.inPerGroup, v.size, h.size],
            [c.groups * c.outPerGroup, c.inPerGroup, v.kernel, h.kernel],
            [c.groups * c.outPerGroup],
          ],
          ([x, weight, bias]) => {
            const y = conv2d(x as Tensor, weight as Tensor, bias as Tensor, {
              stride: [v.stride, h.stride],
              dilation: [v.dilation, h.dilation],
              padding: [v.before, v.after, h.before, h.after],
              groups: c.groups,
            });
            return relu ? y.relu() : y;
          },
        );
      }),
      { numRuns: runs, seed: 1 },
    );
  }, 60_000);

  test("convTranspose2d", async () => {
    await fc.assert(
      fc.asyncProperty(batch, channels, axis, axis, async (n, c, v, h) => {
        const size = (a: typeof v) => Math.max(1, Math.ceil(a.size / a.stride));
        const padding = (a: typeof v) =>
          Math.min(
            a.before,
            Math.floor(((size(a) - 1) * a.stride + a.dilation * (a.kernel - 1)) / 2),
          );
        const outputPadding = (a: typeof v) =>
          Math.min(a.after, Math.max(a.stride, a.dilation) - 1);
        await agree(
          [
            [n, c.groups * c.inPerGroup, size(v), size(h)],
            [c.groups * c.inPerGroup, c.outPerGroup, v.kernel, h.kernel],
            [c.groups * c.outPerGroup],
          ],
          ([x, weight, bias]) =>
            convTranspose2d(x as Tensor, weight as Tensor, bias as Tensor, {
              stride: [v.stride, h.stride],
              dilation: [v.dilation, h.dilation],
              padding: [padding(v), padding(h)],
              outputPadding: [outputPadding(v), outputPadding(h)],
              groups: c.groups,
            }),
        );
      }),
      { numRuns: runs, seed: 2 },
    );
  }, 60_000);

  test("maxPool2d and avgPool2d", async () => {
    const pool = fc.record({ max: fc.boolean(), ceilMode: fc.boolean(), counted: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(batch, pool, axis, axis, async (n, { max, ceilMode, counted }, v, h) => {
        const padding = [v, h].map(({ kernel, before }) => Math.min(before, kernel >> 1));
        const size = (a: typeof v) => Math.max(a.size, (max ? a.dilation : 1) * (a.kernel - 1) + 1);
        const options = { stride: [v.stride, h.stride], padding, ceilMode };
        await agree(
          [[n, 3, size(v), size(h)]],
          ([x]) =>
            max
              ? maxPool2d(x as Tensor, [v.kernel, h.kernel], {
                  ...options,
                  dilation: [v.dilation, h.dilation],
                })
              : avgPool2d(x as Tensor, [v.kernel, h.kernel], {
                  ...options,
                  countIncludePad: counted,
                }),
          4,
        );
      }),
      { numRuns: runs, seed: 3 },
    );
  }, 60_000);
});
