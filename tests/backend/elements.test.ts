// Long rows with a chunk for each element or block, as a GPU wants them: what a processor's kernels give.
import { afterAll, describe, expect, test } from "vitest";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { useBackend } from "../../src/engine.ts";
import { cumsumOp } from "../../src/ops/cumsum.ts";
import { argsort, cumsum, median } from "../../src/ops/index.ts";
import { Generator } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { apply, Tensor } from "../../src/tensor/tensor.ts";
import { byElement } from "./byElement.ts";

const wasm = createWasmBackend({ threads: 2 });
afterAll(() => wasm.dispose());

/** Whole numbers, many of them equal, so that sums are exact in any order. */
function numbers(shape: Shape, dtype: "float32" | "int32"): Tensor {
  const random = new Generator(sizeOf(shape));
  const data = Float32Array.from({ length: sizeOf(shape) }, () => random.integer(41) - 20);
  return Tensor.from(data, { shape }).to(dtype);
}

/** The same from both divisions. */
async function agree(compute: () => Tensor): Promise<void> {
  const results: number[][] = [];
  for (const backend of [wasm, byElement(wasm)]) {
    useBackend(backend);
    results.push(Array.from(await compute().data()));
  }
  expect(results[1]).toEqual(results[0]);
}

describe("divided into elements", () => {
  for (const dtype of ["float32", "int32"] as const) {
    test(`long rows of ${dtype} are sorted alike`, async () => {
      for (const descending of [false, true]) {
        await agree(() => argsort(numbers([20_011], dtype), 0, { descending }));
        await agree(() => argsort(numbers([3, 257], dtype), 1, { descending }));
        await agree(() => argsort(numbers([256, 5], dtype), 0, { descending }).add(1));
        await agree(() => argsort(numbers([2, 1025, 3], dtype), 1, { descending }));
      }
    });

    test(`running sums of long rows of ${dtype} are alike`, async () => {
      await agree(() => cumsum(numbers([20_011], dtype), 0));
      await agree(() => cumsum(numbers([2, 700, 3], dtype), 1).mul(2));
      await agree(() => apply(cumsumOp, [numbers([1031, 2], dtype)], { axis: 0, reverse: true }));
    });
  }

  test("NaN and infinities are sorted alike, and the median found", async () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-40];
    const data = Array.from({ length: 1000 }, (_, i) => special[(i * 5) % 6] as number);
    await agree(() => argsort(Tensor.from(data), 0));
    await agree(() => median(numbers([999], "float32")));
  });
});
