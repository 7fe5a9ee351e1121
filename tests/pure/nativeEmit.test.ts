// Kernels as C: the text is shown, and equal kernels print equal text.
import { describe, expect, test } from "vitest";
import { printKernel } from "../../src/backend/native/emitKernel.ts";
import { emitProgram } from "../../src/backend/native/emitProgram.ts";
import { isas } from "../../src/backend/native/isa.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { plus, times } from "../../src/kernel/indexing.ts";
import type { Kernel, Value } from "../../src/kernel/ir.ts";

/** out[i] = max(0, x[i] · w + b) over eight elements a chunk, four at a time. */
function lineKernel(): Kernel {
  const k = new KernelBuilder("line", 4);
  const [x, w, out] = [k.buffer("x"), k.buffer("w"), k.buffer("out")];
  const from = times(k.chunk, 8);
  k.for(
    "i",
    from,
    plus(from, 8),
    (i) => {
      const y = k.let(k.fma(k.load(x, i, 4), k.load(w, 0), k.load(w, 1)));
      k.store(out, i, k.binary("max", y, k.const(0)));
    },
    { step: 4, limit: 20 },
  );
  return k.finish();
}

test("a kernel as a C function", () => {
  expect(`void k0${printKernel(lineKernel()).text}`).toMatchInlineSnapshot(`
    "void k0(long i0, char *const *b) {
      fu *b0 = (fu *)b[0];
      fu *b1 = (fu *)b[1];
      fu *b2 = (fu *)b[2];
      {
      const long ti1 = i0 * 8 + 8, ei1 = ti1 < 20 ? ti1 : 20;
      for (long i1 = i0 * 8; i1 < ei1; i1 += 4) {
        fu *p0 = b0 + i1;
        F4 v0 = fma4(*(const F4u *)p0, fsplat4(b1[0]), fsplat4(b1[1]));
        fu *p1 = b2 + i1;
        *(F4u *)p1 = maxn4(v0, fsplat4(0.0f));
      }}
    }
    "
  `);
});

test("accesses that differ in a constant share a pointer, in blocks where it can be seen", () => {
  const k = new KernelBuilder("shared", 4);
  const [x, out] = [k.buffer("x"), k.buffer("out")];
  const row = times(k.chunk, 40);
  k.for("i", plus(row, 0), plus(row, 8), (i) => {
    k.store(out, i, k.binary("add", k.load(x, i), k.load(x, plus(i, 9))));
    k.store(out, plus(row, 20), k.load(x, plus(row, 1)));
  });
  k.store(out, plus(row, 30), k.load(x, plus(row, 2)));
  const { text } = printKernel(k.finish());
  // x[i + …] is seen in the loop alone; the row's own pointers are made in it, and once more after it.
  expect(text.match(/\*p\d+ = .*;/g)).toEqual([
    "*p0 = b0 + i1;",
    "*p1 = b1 + i1;",
    "*p2 = b0 + i0 * 40;",
    "*p3 = b1 + i0 * 40;",
    "*p4 = b0 + i0 * 40;",
    "*p5 = b1 + i0 * 40;",
  ]);
  expect(text).toContain("p0[0] + p0[9]");
});

test("kernels that do the same print the same text", () => {
  expect(printKernel(lineKernel())).toEqual(printKernel(lineKernel()));
  expect([...printKernel(lineKernel()).widths]).toEqual([4]);
});

test("sums that are not to be rearranged cost nothing: this compiler takes them as they are", () => {
  const roundedBy = (settle: (k: KernelBuilder, sum: Value) => Value): Kernel => {
    const k = new KernelBuilder("rounded", 4);
    const [x, out] = [k.buffer("x"), k.buffer("out")];
    const sum = k.let(settle(k, k.add(k.load(x, 0, 4), k.const(12582912))));
    k.store(out, 0, k.binary("sub", sum, k.const(12582912)));
    return k.finish();
  };
  expect(printKernel(roundedBy((k, sum) => k.asRounded(sum)))).toEqual(
    printKernel(roundedBy((_, sum) => sum)),
  );
});

test("a register that is used before it is bound is an error", () => {
  const k = new KernelBuilder("wrong", 4);
  const out = k.buffer("out");
  k.store(out, new KernelBuilder("other", 4).chunk, k.const(1));
  expect(() => printKernel(k.finish())).toThrow(
    "kernel wrong: a register is used before it is bound",
  );
});

describe("a program", () => {
  const launch = (kernel: Kernel) => ({ kernel, chunks: 3, slots: [0, 1, 2], flops: 1, bytes: 1 });
  const bound = { kind: "bound", bytes: 80 } as const;

  test("has each kernel once, in few files", () => {
    const { sources, kernels } = emitProgram({
      slots: [bound, bound, bound],
      stages: [
        { launches: [launch(lineKernel()), launch(lineKernel())] },
        { launches: [launch(lineKernel())] },
      ],
      arenaBytes: 0,
    });
    expect(sources.length).toBe(1);
    expect(sources[0]?.match(/^void k/gm)?.length).toBe(1);
    expect(kernels).toEqual([0, 1, 2].map(() => ({ source: 0, symbol: "k0" })));
  });
});

test("every width is a number of lanes that the widest vectors can be halved to", () => {
  for (const { lanes, laneChoices } of isas) {
    expect(laneChoices[0]).toBe(lanes);
    for (const width of laneChoices) expect(Math.log2(lanes / width) % 1).toBe(0);
  }
});
