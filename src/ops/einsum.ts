// einsum: sums of products, written with one letter for each axis. Operands are multiplied one after
// another: letters of both that nothing else needs are summed by a matrix product.
import { type Shape, shapeError } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { diagonal } from "./diagonal.ts";
import { parseEquation } from "./einsumEquation.ts";
import { meet } from "./operands.ts";
import { permute } from "./permute.ts";

/** A tensor with a letter for each axis, each letter once. */
interface Factor {
  readonly tensor: Tensor;
  readonly letters: readonly string[];
}

/**
 * Sums of products in Einstein's notation, as `torch.einsum`: `"ij,jk->ik"` is a matrix product.
 *
 * Each operand has one letter for each axis. Letters of the result follow the arrow; all others are
 * summed. Without an arrow, the result has the letters that occur once, in alphabetical order. A letter
 * twice on one operand is its diagonal. `...` stands for any further axes, which broadcast.
 * @param equation letters of each operand, separated by commas, and, after `->`, those of the result
 * @param operands one tensor for each; also as one list
 * @throws OptionError if the equation makes no sense; ShapeError if it does not fit the operands
 * @example await einsum("i,i->", Tensor.from([1, 2]), Tensor.from([3, 4])).item() // 11
 * @example einsum("bij,bjk->bik", Tensor.ones([5, 2, 3]), Tensor.ones([5, 3, 4])).shape // [5, 2, 4]
 */
export function einsum(
  equation: string,
  ...operands: readonly Tensor[] | readonly [readonly Tensor[]]
): Tensor {
  const tensors = operands.flat();
  const dtype = meet(...tensors);
  const { inputs, output } = parseEquation(
    equation,
    tensors.map(({ ndim }) => ndim),
  );
  const sizes = sizesOf(equation, inputs, tensors);
  let factors = tensors.map((tensor, k) =>
    withoutOnes(onDiagonals({ tensor: tensor.to(dtype), letters: inputs[k] as string[] }), sizes),
  );
  while (factors.length > 1) {
    const [a, b, ...rest] = factors as [Factor, Factor, ...Factor[]];
    const needed = new Set([...output, ...rest.flatMap(({ letters }) => letters)]);
    factors = [multiply(sumUnneeded(a, b, needed), sumUnneeded(b, a, needed), needed), ...rest];
  }
  return asOutput(factors[0] as Factor, output, sizes);
}

/** The size of each letter; size 1 stretches. */
function sizesOf(
  equation: string,
  inputs: readonly (readonly string[])[],
  tensors: readonly Tensor[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((letters, k) => {
    letters.forEach((letter, axis) => {
      const size = (tensors[k] as Tensor).shape[axis] as number;
      const known = sizes.get(letter) ?? 1;
      if (known !== 1 && size !== 1 && known !== size) {
        const name = letter.startsWith("...") ? "an axis of ..." : `"${letter}"`;
        throw shapeError("einsum", `${name} has sizes ${known} and ${size} in "${equation}"`, {
          ...Object.fromEntries(tensors.map(({ shape }, i) => [`operand ${i}`, shape])),
        });
      }
      if (known === 1) sizes.set(letter, size);
    });
  });
  return sizes;
}

/** Letters that an operand has twice, once. */
function onDiagonals(factor: Factor): Factor {
  const { tensor, letters } = factor;
  const second = letters.findIndex((letter, axis) => letters.indexOf(letter) !== axis);
  if (second < 0) return factor;
  const letter = letters[second] as string;
  const first = letters.indexOf(letter);
  const [a, b] = [tensor.shape[first], tensor.shape[second]];
  if (a !== b) {
    throw shapeError("einsum", `no diagonal "${letter}" of axes with sizes ${a} and ${b}`, {
      operand: tensor.shape,
    });
  }
  const others = letters.filter((_, axis) => axis !== first && axis !== second);
  return onDiagonals({ tensor: diagonal(tensor, 0, first, second), letters: [...others, letter] });
}

/** Without axes of size 1 that stretch: they multiply any axis of that letter. */
function withoutOnes({ tensor, letters }: Factor, sizes: ReadonlyMap<string, number>): Factor {
  const keeps = letters.map((letter, axis) => tensor.shape[axis] === sizes.get(letter));
  return {
    tensor: tensor.reshape(tensor.shape.filter((_, axis) => keeps[axis])),
    letters: letters.filter((_, axis) => keeps[axis]),
  };
}

/** The sum over letters that neither the other factor nor anything later has. */
function sumUnneeded(factor: Factor, other: Factor, needed: ReadonlySet<string>): Factor {
  const axes = factor.letters.flatMap((letter, axis) =>
    needed.has(letter) || other.letters.includes(letter) ? [] : [axis],
  );
  if (axes.length === 0) return factor;
  return {
    tensor: factor.tensor.sum(axes),
    letters: factor.letters.filter((_, axis) => !axes.includes(axis)),
  };
}

/** The product of two factors, summed over the letters of both that nothing else needs. */
function multiply(a: Factor, b: Factor, needed: ReadonlySet<string>): Factor {
  const isShared = (letter: string): boolean =>
    a.letters.includes(letter) && b.letters.includes(letter);
  const batch = a.letters.filter((letter) => isShared(letter) && needed.has(letter));
  const summed = a.letters.filter((letter) => isShared(letter) && !needed.has(letter));
  const rows = a.letters.filter((letter) => !isShared(letter));
  const columns = b.letters.filter((letter) => !isShared(letter));
  const letters = [...batch, ...rows, ...columns];
  // Nothing to sum: an ordinary product, which the planner fuses. matmul takes floats only.
  if (summed.length === 0 || a.tensor.dtype !== "float32") {
    const all = [...letters, ...summed];
    const product = spread(a, all).mul(spread(b, all));
    const axes = summed.map((_, k) => letters.length + k);
    return { tensor: axes.length === 0 ? product : product.sum(axes), letters };
  }
  const left = ordered(a, [...batch, ...rows, ...summed]);
  const right = ordered(b, [...batch, ...summed, ...columns]);
  const [n, i, k] = [batch.length, rows.length, summed.length];
  const [batchShape, rowShape] = [left.shape.slice(0, n), left.shape.slice(n, n + i)];
  const columnShape = right.shape.slice(n + k);
  const inner = left.shape.slice(n + i);
  const product = left
    .reshape(merged(batchShape, rowShape, inner))
    .matmul(right.reshape(merged(batchShape, inner, columnShape)));
  return { tensor: product.reshape([...batchShape, ...rowShape, ...columnShape]), letters };
}

/** Three axes: a group of axes each; without a batch, two. */
function merged(batch: Shape, ...groups: readonly Shape[]): number[] {
  const product = (shape: Shape): number => shape.reduce((size, n) => size * n, 1);
  return [...(batch.length === 0 ? [] : [product(batch)]), ...groups.map(product)];
}

function ordered({ tensor, letters }: Factor, order: readonly string[]): Tensor {
  const axes = order.map((letter) => letters.indexOf(letter));
  return axes.every((axis, k) => axis === k) ? tensor : permute(tensor, axes);
}

/** With an axis for every letter of `all`, of size 1 where the factor has none. */
function spread(factor: Factor, all: readonly string[]): Tensor {
  const own = all.filter((letter) => factor.letters.includes(letter));
  const tensor = ordered(factor, own);
  let next = 0;
  return tensor.reshape(
    all.map((letter) => (own.includes(letter) ? (tensor.shape[next++] as number) : 1)),
  );
}

/** The letters of the result, in their order; others are summed. */
function asOutput(
  factor: Factor,
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Tensor {
  const none: Factor = { tensor: factor.tensor, letters: [] };
  const { tensor, letters } = sumUnneeded(factor, none, new Set(output));
  return ordered(
    { tensor, letters },
    output.filter((letter) => letters.includes(letter)),
  ).reshape(output.map((letter) => sizes.get(letter) as number));
}
