// The code that kernels become, shown; and the encoder below it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bytes, FunctionWriter } from "../../src/backend/wasm/assembler.ts";
import { disassemble, emitKernel } from "../../src/backend/wasm/index.ts";
import { ModuleWriter } from "../../src/backend/wasm/module.ts";
import { KernelBuilder } from "../../src/kernel/builder.ts";
import { dot, plus, times } from "../../src/kernel/indexing.ts";
import type { Kernel, Value } from "../../src/kernel/ir.ts";

const show = (kernel: Kernel, relaxedSimd = true): string =>
  disassemble(emitKernel(kernel, { simd: true, relaxedSimd }));

/** The value of a function without parameters. */
function evaluate(
  write: (f: FunctionWriter) => void,
  result: "i32" | "f32" | "i64",
): number | bigint {
  const f = new FunctionWriter([]);
  write(f);
  const module = new ModuleWriter();
  module.export("value", module.add(f, [result]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()));
  return (instance.exports.value as () => number | bigint)();
}

describe("elements spread over the lanes", () => {
  const kernelOf = (again: boolean): Kernel => {
    const k = new KernelBuilder("spread", 4);
    const from = k.buffer("from");
    const to = k.buffer("to");
    const element = k.let(k.load(from, 3));
    k.store(to, 0, k.let(k.splat(element)));
    if (again) k.store(to, 4, element);
    return k.finish();
  };

  test("are loaded and spread by one instruction", () => {
    expect(show(kernelOf(false))).toContain("v128.load32_splat");
    expect(show(kernelOf(false))).not.toContain("f32x4.splat");
  });

  test("unless they are needed as they are, too", () => {
    expect(show(kernelOf(true))).not.toContain("v128.load32_splat");
    expect(show(kernelOf(true))).toContain("f32x4.splat");
  });
});

test.each([1, 4])("sums that are not to be rearranged cost nothing, %i lanes", (lanes) => {
  const roundedBy = (settle: (k: KernelBuilder, sum: Value) => Value): Kernel => {
    const k = new KernelBuilder("rounded", lanes);
    const [x, out] = [k.buffer("x"), k.buffer("out")];
    const sum = k.let(settle(k, k.add(k.load(x, 0, lanes), k.const(12582912, lanes))));
    k.store(out, 0, k.binary("sub", sum, k.const(12582912, lanes)));
    return k.finish();
  };
  expect(show(roundedBy((k, sum) => k.asRounded(sum)))).toBe(show(roundedBy((_, sum) => sum)));
});

describe("numbers", () => {
  test("i32 constants arrive as they are", () => {
    for (const value of [0, 63, 64, -64, -65, 127, 128, 8191, 8192, 0x7fffffff, -0x80000000]) {
      expect(evaluate((f) => f.i32(value), "i32")).toBe(value);
    }
    fc.assert(fc.property(fc.integer(), (value) => evaluate((f) => f.i32(value), "i32") === value));
  });

  test("i64 constants arrive as they are", () => {
    const safe = fc.maxSafeInteger();
    fc.assert(fc.property(safe, (value) => evaluate((f) => f.i64(value), "i64") === BigInt(value)));
  });

  test("f32 constants arrive as they are", () => {
    fc.assert(
      fc.property(fc.float(), (value) =>
        Object.is(
          evaluate((f) => f.f32(value), "f32"),
          value,
        ),
      ),
    );
  });

  test("unsigned LEB128 has seven bits a byte, the low ones first", () => {
    expect(new Bytes().unsigned(0).data).toEqual([0]);
    expect(new Bytes().unsigned(127).data).toEqual([0x7f]);
    expect(new Bytes().unsigned(624485).data).toEqual([0xe5, 0x8e, 0x26]);
    expect(new Bytes().unsigned(0xffffffff).data).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });
});

test("equal functions are added once", () => {
  const module = new ModuleWriter();
  const numbers = [1, 2, 1].map((value) => {
    const f = new FunctionWriter([]);
    f.i32(value);
    return module.add(f, ["i32"]);
  });
  expect(numbers).toEqual([0, 1, 0]);
});

test("a row of weights moves past a column of pixels with two pointers and no multiplication", () => {
  const k = new KernelBuilder("conv", 4);
  const [x, w, y] = [k.buffer("x"), k.buffer("w"), k.buffer("y")];
  const sums = [0, 1].map(() => k.let(k.const(0, 4)));
  k.for("c", 0, 16, (c) => {
    const pixel = k.let(k.load(x, plus(times(c, 400), -4), 4));
    for (const [o, sum] of sums.entries()) {
      k.set(sum, k.fma(k.splat(k.load(w, plus(times(c, 25), o * 400))), pixel, sum));
    }
  });
  for (const [o, sum] of sums.entries()) k.store(y, plus(times(k.chunk, 8), 4 * o), sum);
  expect(show(k.finish())).toMatchInlineSnapshot(`
    "(param i32 i32 i32 i32)
    (local i32 v128 v128 i32 i32 i32 v128)
    local.get 3
    local.get 0
    i32.const 32
    i32.mul
    i32.add
    local.set 4
    v128.const 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    local.set 5
    v128.const 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    local.set 6
    i32.const 0
    local.set 7
    local.get 1
    i32.const -16
    i32.add
    local.set 8
    local.get 2
    local.set 9
    loop
      local.get 8
      v128.load
      local.set 10
      local.get 9
      v128.load32_splat
      local.get 10
      local.get 5
      f32x4.relaxed_madd
      local.set 5
      local.get 9
      v128.load32_splat offset=1600
      local.get 10
      local.get 6
      f32x4.relaxed_madd
      local.set 6
      local.get 8
      i32.const 1600
      i32.add
      local.set 8
      local.get 9
      i32.const 100
      i32.add
      local.set 9
      local.get 7
      i32.const 1
      i32.add
      local.tee 7
      i32.const 16
      i32.lt_s
      br_if 0
    end
    local.get 4
    local.get 5
    v128.store
    local.get 4
    local.get 6
    v128.store offset=16"
  `);
});

test("without relaxed SIMD a product is added in a second step", () => {
  const k = new KernelBuilder("fma", 4);
  const x = k.buffer("x");
  k.store(x, 0, k.fma(k.load(x, 0, 4), k.const(3), k.load(x, 4, 4)));
  expect(show(k.finish(), false)).toMatchInlineSnapshot(`
    "(param i32 i32)
    local.get 1
    local.get 1
    v128.load
    v128.const 00 00 40 40 00 00 40 40 00 00 40 40 00 00 40 40
    f32x4.mul
    local.get 1
    v128.load offset=16
    f32x4.add
    v128.store"
  `);
});

test("vector constants of a loop are made once, in front of it", () => {
  const k = new KernelBuilder("constants", 4);
  const x = k.buffer("x");
  k.for(
    "i",
    0,
    64,
    (i) => {
      const value = k.let(k.fma(k.load(x, i, 4), k.const(0.5), k.const(0.25)));
      k.store(x, i, k.mul(value, k.const(0.5)));
    },
    { step: 4 },
  );
  const code = show(k.finish());
  expect(code.match(/v128\.const/g)).toHaveLength(2);
  expect(code.slice(code.indexOf("loop"))).not.toContain("v128.const");
});

test("loops multiply no index, however deep", () => {
  const k = new KernelBuilder("deep", 1);
  const [x, y] = [k.buffer("x"), k.buffer("y", "int32")];
  k.for("a", 0, 5, (a) => {
    k.for("b", 0, 6, (b) => {
      k.for("c", 0, 7, (c) => {
        k.store(y, dot([a, b, c], [100, 10, 1]), k.index(dot([a, b, c], [3, -7, 11])));
        k.store(x, dot([c, a, k.chunk], [7, 9, 300]), k.load(x, dot([a, b, c], [1, 2, 3])));
      });
    });
  });
  const code = show(k.finish());
  // The chunk's own share, once, in front of everything.
  expect(code.match(/i32\.mul/g)).toHaveLength(1);
  expect(code.slice(code.indexOf("loop"))).not.toContain("i32.mul");
});

test("locals of a closed block are used again", () => {
  const k = new KernelBuilder("reuse", 4);
  const x = k.buffer("x");
  for (let n = 0; n < 50; n++) {
    k.for("i", 0, 8, (i) => k.store(x, i, k.let(k.load(x, plus(i, n), 4))), { step: 4 });
  }
  expect(emitKernel(k.finish(), { simd: true, relaxedSimd: true }).locals.length).toBeLessThan(5);
});
