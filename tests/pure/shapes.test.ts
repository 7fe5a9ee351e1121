// Shape rules: of shapes themselves, and of what public functions make of their arguments. Nothing is
// computed here.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arange,
  avgPool2d,
  concat,
  conv2d,
  expand,
  eye,
  full,
  linear,
  matmul,
  maxPool2d,
  narrow,
  outSize,
  pad,
  slice,
  stack,
  zeros,
} from "../../src/ops/index.ts";
import {
  broadcastShapes,
  normalizeAxes,
  type Shape,
  sizeOf,
  stridesOf,
} from "../../src/tensor/shape.ts";

const size = fc.integer({ min: 0, max: 5 });
const shapes = fc.array(size, { maxLength: 5 });

describe("shapes", () => {
  test("broadcasting is what NumPy defines: sizes agree or are 1", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        fc.nat(5),
        (shape, ones, dropped) => {
          const other = shape
            .map((n, axis) => (ones[axis] ? 1 : n))
            .slice(Math.min(dropped, shape.length));
          expect(broadcastShapes("test", [shape, other])).toEqual(shape);
          expect(broadcastShapes("test", [other, shape])).toEqual(shape);
        },
      ),
    );
    expect(broadcastShapes("test", [[3, 1], [1, 4], []])).toEqual([3, 4]);
    expect(() => broadcastShapes("add", [[2, 3], [4]])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: add: sizes 3 and 4 at axis 1 do not broadcast
        a        [2, 3]
        b        [4]]
    `);
  });

  test("strides count elements in row-major order", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(sizeOf([])).toBe(1);
  });

  test("axes count from either end, once each", () => {
    expect(normalizeAxes("sum", [-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes("sum", undefined, 3)).toEqual([0, 1, 2]);
    expect(() => normalizeAxes("sum", [0, -3], 3)).toThrow(/name an axis twice/);
    expect(() => normalizeAxes("sum", 3, 3)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: sum: dim 3 is out of range for a tensor of 3 dimensions
        hint     use a dim from -3 to 2]
    `);
  });
});

describe("public functions", () => {
  const x = zeros([2, 3, 4]);

  test("reshape works one size out", () => {
    expect(x.reshape(-1, 4).shape).toEqual([6, 4]);
    expect(x.reshape([2, -1]).shape).toEqual([2, 12]);
    expect(x.view(24).shape).toEqual([24]);
    expect(x.flatten(1).shape).toEqual([2, 12]);
    expect(x.unsqueeze(-1).squeeze(-1).shape).toEqual([2, 3, 4]);
    expect(() => x.reshape(5, -1)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: reshape: cannot work out [5, -1] from 24 elements
        x        [2, 3, 4]
        hint     only one size may be -1, and the others must divide the number of elements]
    `);
    expect(() => x.reshape(-1, -1)).toThrow(/only one size may be -1/);
  });

  test("slice means what it means in Python", () => {
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: -7, max: 7 }),
        fc.integer({ min: -7, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        (n, start, end, step) => {
          const list = Array.from({ length: n }, (_, i) => i)
            .slice(start, end)
            .filter((_, i) => i % step === 0);
          expect(slice(zeros([n, 2]), 0, start, end, step).shape).toEqual([list.length, 2]);
        },
      ),
    );
    expect(() => slice(x, 1, 0, 2, 0)).toThrow(/step 0 is not a positive whole number/);
    expect(() => narrow(x, 1, 2, 2)).toThrow(/not in axis 1 of \[2, 3, 4\]/);
    expect(x.select(1, -1).shape).toEqual([2, 4]);
  });

  test("views keep the number of axes straight", () => {
    expect(x.permute(2, 0, 1).shape).toEqual([4, 2, 3]);
    expect(x.transpose(0, -1).shape).toEqual([4, 3, 2]);
    expect(expand(zeros([3, 1]), [2, -1, 4]).shape).toEqual([2, 3, 4]);
    expect(() => x.t()).toThrow(/use transpose/);
    expect(() => expand(x, [2, 5, 4])).toThrow(/only axes of size 1 stretch/);
    expect(x.sumToSize([3, 1]).shape).toEqual([3, 1]);
  });

  test("concat and stack", () => {
    expect(concat([x, zeros([2, 5, 4])], 1).shape).toEqual([2, 8, 4]);
    expect(stack([x, x, x], -1).shape).toEqual([2, 3, 4, 3]);
    expect(() => concat([x, zeros([2, 3])])).toThrow(/shapes differ/);
    expect(() => concat([])).toThrow(/no tensors/);
  });

  test("pad counts from the last axis and crops where negative", () => {
    expect(pad(x, [1, 2]).shape).toEqual([2, 3, 7]);
    expect(pad(x, [-1, 1, 2, 0]).shape).toEqual([2, 5, 4]);
    expect(() => pad(x, [1])).toThrow(/not pairs/);
  });

  test("matmul broadcasts batches and takes vectors", () => {
    const shapeOf = (a: Shape, b: Shape) => matmul(zeros(a), zeros(b)).shape;
    expect(shapeOf([3], [3])).toEqual([]);
    expect(shapeOf([3], [3, 4])).toEqual([4]);
    expect(shapeOf([2, 3], [3])).toEqual([2]);
    expect(shapeOf([5, 2, 3], [3, 4])).toEqual([5, 2, 4]);
    expect(shapeOf([5, 1, 2, 3], [6, 3, 4])).toEqual([5, 6, 2, 4]);
    expect(() => shapeOf([2, 3], [4, 3])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: matmul: a has 3 columns, b has 4 rows
        a        [2, 3]
        b        [4, 3]
        hint     transpose b: b.transpose(-2, -1)]
    `);
  });

  test("linear says what it expected", () => {
    expect(linear(zeros([8, 400]), zeros([120, 400]), zeros([120])).shape).toEqual([8, 120]);
    expect(() =>
      linear(zeros([8, 16, 5, 5]), zeros([120, 400])),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: linear: x has 5 features, weight expects 400
        x        [8, 16, 5, 5]   […, features]
        weight   [120, 400]      [outFeatures, inFeatures]
        hint     flatten the image first: x.flatten(1)]
    `);
  });

  test("convolution sizes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 3 }),
        (n, kernel, stride, padding, dilation) => {
          // Count the positions, instead of dividing.
          let count = 0;
          for (let at = 0; at + dilation * (kernel - 1) < n + 2 * padding; at += stride) count++;
          if (count === 0) return;
          expect(outSize(n, kernel, stride, 2 * padding, dilation)).toBe(count);
          expect(
            conv2d(zeros([1, 1, n, n]), zeros([1, 1, kernel, kernel]), null, {
              stride,
              padding,
              dilation,
            }).shape,
          ).toEqual([1, 1, count, count]);
        },
      ),
    );
    const image = zeros([1, 3, 8, 8]);
    expect(conv2d(image, zeros([4, 3, 4, 3]), null, { padding: "same" }).shape).toEqual([
      1, 4, 8, 8,
    ]);
    expect(conv2d(image, zeros([4, 3, 3, 3]), zeros([4]), { padding: [0, 1, 2, 3] }).shape).toEqual(
      [1, 4, 7, 11],
    );
    expect(conv2d(zeros([3, 8, 8]), zeros([4, 3, 3, 3])).shape).toEqual([4, 6, 6]);
  });

  test("convolution refuses what it cannot mean", () => {
    const image = zeros([8, 4, 32, 32]);
    const weight = zeros([16, 3, 3, 3]);
    expect(() => conv2d(image, weight)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: x has 4 channels, weight expects 3
        x        [8, 4, 32, 32]   NCHW
        weight   [16, 3, 3, 3]    OIHW
        hint     drop the alpha channel: x.slice(1, 0, 3)]
    `);
    expect(() =>
      conv2d(image, zeros([6, 2, 3, 3]), null, { groups: 4 }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: x has 4 channels, weight expects 8
        x        [8, 4, 32, 32]   NCHW
        weight   [6, 2, 3, 3]     OIHW, 4 groups: 2 × 4 = 8 input channels]
    `);
    expect(() => conv2d(zeros([1, 3, 2, 2]), weight)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d: a kernel of 3×3 does not fit into an image of 2×2
        image     [1, 3, 2, 2]   NCHW
        kernel    [3, 3]
        padding   [0, 0, 0, 0]   top, bottom, left, right
        hint      pad the image, or make the kernel smaller]
    `);
    expect(() => conv2d(zeros([1, 3, 9, 9]), weight, zeros([3]))).toThrow(
      /not one number for each of 16 channels/,
    );
    expect(() =>
      conv2d(image, weight, null, { strides: 2 } as object),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d: unknown option "strides"
        known    stride, padding, dilation, groups
        hint     did you mean "stride"?]
    `);
    expect(() => conv2d(image, weight, null, { stride: 0 })).toThrow(/stride is 0/);
    expect(() => conv2d(image, weight, null, { padding: -1 })).toThrow(/padding is -1/);
    expect(() => conv2d(image, weight, null, { padding: "same", stride: 2 })).toThrow(
      /"same" needs stride 1/,
    );
  });

  test("pooling sizes", () => {
    const image = zeros([1, 1, 5, 6]);
    expect(maxPool2d(image, 2).shape).toEqual([1, 1, 2, 3]);
    expect(maxPool2d(image, 2, { ceilMode: true }).shape).toEqual([1, 1, 3, 3]);
    expect(avgPool2d(image, [5, 3], { stride: 1 }).shape).toEqual([1, 1, 1, 4]);
    expect(() => avgPool2d(image, 2, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: avgPool2d: padding 2, 2, 2, 2 is more than half of the window 2×2
        hint     use a larger window, or pad the image first]
    `);
    expect(() => maxPool2d(image, 0)).toThrow(/kernelSize is 0/);
  });

  test("constants", () => {
    expect(full([2], 3).dtype).toBe("float32");
    expect(arange(3).dtype).toBe("int32");
    expect(arange(0, 1, 0.25).shape).toEqual([4]);
    expect(eye(2, 3).shape).toEqual([2, 3]);
    expect(() => arange(0, 5, 0)).toThrow(/no way from 0 to 5/);
  });

  test("dtypes meet as in PyTorch", () => {
    const [bytes, ints, bools] = [
      zeros([2], { dtype: "uint8" }),
      zeros([2], { dtype: "int32" }),
      zeros([2], { dtype: "bool" }),
    ];
    expect(bytes.add(ints).dtype).toBe("int32");
    expect(bytes.add(1).dtype).toBe("uint8");
    expect(ints.add(0.5).dtype).toBe("float32");
    expect(ints.div(2).dtype).toBe("float32");
    expect(bools.add(1).dtype).toBe("int32");
    expect(bytes.sum().dtype).toBe("int32");
    expect(ints.mean().dtype).toBe("float32");
    expect(ints.sqrt().dtype).toBe("float32");
    expect(ints.eq(bytes).dtype).toBe("bool");
  });
});
