// einsum on every backend, against its definition: a loop over every value of every letter.
import { beforeAll, describe, expect, test } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { einsum } from "../../src/ops/index.ts";
import { type Shape, sizeOf, stridesOf } from "../../src/tensor/shape.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { backends } from "./backends.ts";
import { gpuBackends } from "./gpu.ts";

/** 0, 1, 2, … in this shape. */
function counting(shape: Shape): Tensor {
  return Tensor.from(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    { shape },
  );
}

describe.each([...backends, ...gpuBackends])("on $name", ({ name }) => {
  beforeAll(() => {
    setBackend(name);
  });

  test.each<[string, Shape[]]>([
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      "bij,bjk",
      [
        [2, 3, 4],
        [2, 4, 2],
      ],
    ],
    ["ij->ji", [[2, 3]]],
    ["ij->", [[2, 3]]],
    ["ba", [[2, 3]]],
    ["ii->i", [[3, 3]]],
    ["iji->j", [[2, 3, 2]]],
    ["ii", [[4, 4]]],
    ["i,j->ij", [[2], [3]]],
    ["i,i->i", [[3], [3]]],
    [
      "bhqd,bhkd->bhqk",
      [
        [2, 1, 3, 4],
        [2, 1, 5, 4],
      ],
    ],
    [
      "nchw,oc->nohw",
      [
        [2, 3, 2, 2],
        [4, 3],
      ],
    ],
    [
      "nc,nd,oc->nod",
      [
        [2, 3],
        [2, 4],
        [5, 3],
      ],
    ],
    ["a,b,c->cab", [[2], [3], [4]]],
    [
      "ij,kj->ki",
      [
        [1, 3],
        [2, 1],
      ],
    ],
    [",ij->ij", [[], [2, 3]]],
    [" i j , j -> i ", [[2, 0], [0]]],
    [
      "ij,kl->",
      [
        [2, 3],
        [1, 2],
      ],
    ],
  ])("%s", async (equation, shapes) => {
    const leaves = shapes.map((shape, k) => counting(shape).add(k + 1));
    expect([...(await einsum(equation, ...leaves).data())]).toEqual(
      await summedProducts(equation, leaves),
    );
    const integers = leaves.map((leaf) => leaf.to("int32"));
    expect([...(await einsum(equation, integers).data())]).toEqual(
      await summedProducts(equation, leaves),
    );
  });

  test("further axes, which broadcast", async () => {
    const [a, b] = [counting([2, 1, 3, 4]), counting([5, 4, 2])];
    const product = einsum("...ij,...jk->...ik", a, b);
    expect(product.shape).toEqual([2, 5, 3, 2]);
    expect(await product.array()).toEqual(await a.matmul(b).array());
    expect(einsum("i...", Tensor.zeros([2, 3, 4])).shape).toEqual([3, 4, 2]);
    expect(await einsum("...->", counting([2, 3])).item()).toBe(15);
    expect(einsum("i...,i->...", counting([2, 3]), counting([2])).shape).toEqual([3]);
  });

  test("gradients", async () => {
    const a = Tensor.from(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const b = Tensor.from([5, 6], { requiresGrad: true });
    einsum("ii,i->", a, b).backward();
    expect(await a.grad?.array()).toEqual([
      [5, 0],
      [0, 6],
    ]);
    expect(await b.grad?.array()).toEqual([1, 4]);
  });
});

/** The definition: over every value of every letter, the product of the operands' elements. */
async function summedProducts(equation: string, tensors: readonly Tensor[]): Promise<number[]> {
  const [left, right] = equation.replaceAll(" ", "").split("->") as [string, string | undefined];
  const terms = left.split(",");
  const all = [...new Set(terms.join(""))];
  const once = all.filter((letter) => terms.join("").split(letter).length === 2).sort();
  const output = right === undefined ? once : [...right];
  const sizes = all.map((letter) =>
    terms.reduce((most, term, k) => {
      const size = tensors[k]?.shape[term.indexOf(letter)];
      return size === undefined || most === 0 ? most : size === 0 ? 0 : Math.max(most, size);
    }, 1),
  );
  const outShape = output.map((letter) => sizes[all.indexOf(letter)] as number);
  const result = new Array<number>(sizeOf(outShape)).fill(0);
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  const strides = stridesOf(sizes);
  for (let i = 0; i < sizeOf(sizes); i++) {
    const at = (letter: string): number => {
      const axis = all.indexOf(letter);
      return Math.floor(i / (strides[axis] as number)) % (sizes[axis] as number);
    };
    const place = (letters: Iterable<string>, shape: Shape): number =>
      [...letters].reduce(
        (sum, letter, axis) =>
          sum + (shape[axis] === 1 ? 0 : at(letter) * (stridesOf(shape)[axis] as number)),
        0,
      );
    const product = terms.reduce(
      (p, term, k) => p * (data[k]?.[place(term, tensors[k]?.shape ?? [])] as number),
      1,
    );
    const to = place(output, outShape);
    result[to] = (result[to] as number) + product;
  }
  return result;
}

test("equations that make no sense are refused, with the reason", () => {
  const x = Tensor.zeros([1, 1, 3, 4]);
  expect(() => einsum("ij,jk->ik", x)).toThrow(/is for 2 operands, given are 1/);
  expect(() => einsum("ij", x)).toThrow(/does not name the axes of operand 0, which has 4/);
  expect(() => einsum("abcd->abz", x)).toThrow(/has no operand with "z"/);
  expect(() => einsum("abcd->aa", x)).toThrow(/has "a" twice in its result/);
  expect(() => einsum("ab1d", x)).toThrow(/has a "1", which is no letter/);
  expect(() => einsum("abcc", x)).toThrow(/"c" has sizes 3 and 4/);
  expect(() => einsum("abcb", x)).toThrow(/no diagonal "b" of axes with sizes 1 and 4/);
  const [a, b] = [Tensor.zeros([2, 3]), Tensor.zeros([4, 2])];
  expect(() => einsum("ij,jk", a, b)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: einsum: "j" has sizes 3 and 4 in "ij,jk"
      operand 0   [2, 3]
      operand 1   [4, 2]]
  `);
});
