// Index arithmetic of ops that need no memory of their own: which element of each input goes into
// the element at a given index.
import { toIndex } from "../kernel/indexing.ts";
import type { Node } from "../tensor/node.ts";
import { type Shape, stridesOf } from "../tensor/shape.ts";
import { type AxisIndex, combine, fixed } from "./place.ts";

/** Index in a tensor of `shape` that broadcasts to the index given. */
export function broadcastIndex(shape: Shape, index: readonly AxisIndex[]): AxisIndex[] {
  const skip = index.length - shape.length;
  return shape.map((size, axis) => (size === 1 ? fixed(0) : (index[axis + skip] as AxisIndex)));
}

/** Index in the input of a view. */
export function viewIndex(node: Node, index: readonly AxisIndex[], lanes: number): AxisIndex[] {
  const lowering = node.op?.lowering;
  const input = node.inputs[0] as Node;
  if (lowering?.kind !== "view") throw new Error(`plan: ${node.op?.name} is not a view`);
  return lowering.map(input.shape, node.shape, node.params).map(({ constant, terms }) =>
    combine(
      constant,
      terms.map(({ axis, factor }) => [index[axis] as AxisIndex, factor]),
      lanes,
    ),
  );
}

/** Axes of input and output that hold the same elements: [input from, to, output from, to). */
function matchAxes(
  input: Shape,
  output: Shape,
): { in: [number, number]; out: [number, number] }[] | null {
  const groups: { in: [number, number]; out: [number, number] }[] = [];
  let i = 0;
  let o = 0;
  while (i < input.length || o < output.length) {
    const from = [i, o] as const;
    let a = i < input.length ? (input[i++] as number) : 1;
    let b = o < output.length ? (output[o++] as number) : 1;
    while (a !== b) {
      if (a < b) {
        if (i >= input.length) return null;
        a *= input[i++] as number;
      } else {
        if (o >= output.length) return null;
        b *= output[o++] as number;
      }
    }
    groups.push({ in: [from[0], i], out: [from[1], o] });
  }
  return groups;
}

/**
 * Index in the input of a reshape, or null where that is not affine: a merged axis would have to
 * be divided again.
 */
export function reshapeIndex(
  input: Shape,
  output: Shape,
  index: readonly AxisIndex[],
  lanes: number,
): AxisIndex[] | null {
  if (input.includes(0)) return null;
  const groups = matchAxes(input, output);
  if (groups === null) return null;
  const result: AxisIndex[] = input.map(() => fixed(0));
  for (const group of groups) {
    const wide = range(group.in).filter((axis) => input[axis] !== 1);
    const outs = range(group.out);
    if (wide.length > 1) {
      const wideOuts = outs.filter((axis) => output[axis] !== 1);
      const same =
        wide.length === wideOuts.length &&
        wide.every((axis, k) => input[axis] === output[wideOuts[k] as number]);
      if (!same) return null;
      wide.forEach((axis, k) => {
        result[axis] = index[wideOuts[k] as number] as AxisIndex;
      });
      continue;
    }
    if (wide.length === 0) continue;
    const strides = stridesOf(outs.map((axis) => output[axis] as number));
    result[wide[0] as number] = combine(
      0,
      outs.map((axis, k) => [index[axis] as AxisIndex, strides[k] as number]),
      lanes,
    );
  }
  return result;
}

/** Would `reshapeIndex` find an index for this reshape? */
export function reshapeIsAffine(input: Shape, output: Shape): boolean {
  return (
    reshapeIndex(
      input,
      output,
      output.map(() => ({ base: toIndex(0), lane: 0 })),
      1,
    ) !== null
  );
}

function range([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
