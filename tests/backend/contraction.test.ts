// Tiles of sums of products, as workgroups of a GPU compute them: every tile, with the neighbours in memory along either side of
// either operand, against float64 loops. Sizes leave tiles, and pieces of the sum, partly empty.
import { describe, expect, test } from "vitest";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { type IndexLike, plus, times } from "../../src/kernel/indexing.ts";
import { tiles } from "../../src/plan/contract/tile.ts";
import { indicesOf } from "../../src/plan/lower/loops.ts";
import type { TypedArray } from "../../src/tensor/dtype.ts";
import { Generator } from "../../src/tensor/random.ts";
import { gpuBackends } from "./gpu.ts";
import { runKernel } from "./kernels.ts";

/** Each operand both ways. */
const alongs = [
  { left: "side", right: "depth" },
  { left: "depth", right: "side" },
] as const;

describe.each(gpuBackends)("$name", ({ name, create }) => {
  const form = { name, widths: [1], fuses: () => true, create };

  describe.each(tiles)("$rows × $columns, $ownRows × $ownColumns each", (tile) => {
    test.each(alongs)("left along its $left, right along its $right", async ({ left, right }) => {
      const [rows, columns, depth] = [tile.rows + 3, 2 * tile.columns - 5, 37];
      const k = new KernelBuilder("product", 1);
      const [a, b, out] = [k.buffer("a"), k.buffer("b"), k.buffer("out")];
      const groups = [2, 2] as const;
      const [down, across] = indicesOf({ k }, k.chunk, groups);
      const at = (along: string, size: number) => ({
        side: along === "side" ? 1 : depth,
        depth: along === "side" ? size : 1,
      });
      const steps = { left: at(left, rows), right: at(right, columns) };
      const index = (step: { side: number; depth: number }, side: IndexLike, d: IndexLike) =>
        plus(times(side, step.side), times(d, step.depth));
      k.contract({
        tile,
        rows: { from: times(down, tile.rows), limit: rows },
        columns: { from: times(across, tile.columns), limit: columns },
        depth: { from: 0, to: depth, limit: depth },
        left: {
          along: left,
          value: (row, d) => k.load(a, index(steps.left, row, d)),
        },
        right: {
          along: right,
          value: (column, d) => k.load(b, index(steps.right, column, d)),
        },
        store: (sum, row, column) => {
          const place = index({ side: columns, depth: 1 }, row, column);
          k.store(out, place, k.add(sum, k.const(0.5)));
        },
      });
      const random = new Generator(3);
      const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
      const [x, y] = [draw(rows * depth), draw(depth * columns)];
      const result = await runKernel(k.finish(), [x, y, new Float32Array(rows * columns)], {
        chunks: 4,
        form,
      });
      const found = result[2] as TypedArray;
      let worst = 0;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0.5;
          for (let d = 0; d < depth; d++) {
            const p = x[i * steps.left.side + d * steps.left.depth] as number;
            sum += p * (y[j * steps.right.side + d * steps.right.depth] as number);
          }
          worst = Math.max(worst, Math.abs((found[i * columns + j] as number) - sum));
        }
      }
      expect(worst).toBeLessThan(2e-5);
    });
  });
});
