// padEdges: a border made of the tensor's own elements; foldEdges, its adjoint: a border added back to
// the elements that it was made of. Both go axis by axis and copy whole stretches.
import { ShapeError } from "../tensor/errors.ts";
import { defineOp, type Op, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { formatShape, type Shape, stridesOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { concat } from "./concat.ts";
import { expand } from "./expand.ts";
import { flip } from "./flip.ts";
import type { Pads } from "./pad.ts";
import { slice } from "./slice.ts";
import { sum } from "./sum.ts";

/** Where the border comes from: mirrored at the edge element, the edge element itself, or the far side. */
export type EdgeMode = "reflect" | "replicate" | "circular";

interface EdgeParams {
  readonly pads: Pads;
  readonly mode: EdgeMode;
}

/** A stretch of border: `length` elements from `at` on, made of those from `from` on. */
interface Border {
  readonly at: number;
  readonly length: number;
  readonly from: number;
  /** In the same order, in reverse, or one element (from) many times. */
  readonly order: "same" | "reverse" | "repeat";
}

/** The borders before and after an axis of `size` elements. */
function bordersOf(size: number, [before, after]: Pads[number], mode: EdgeMode): Border[] {
  const end = before + size;
  const borders: Record<EdgeMode, readonly Border[]> = {
    reflect: [
      { at: 0, length: before, from: 1, order: "reverse" },
      { at: end, length: after, from: size - 1 - after, order: "reverse" },
    ],
    replicate: [
      { at: 0, length: before, from: 0, order: "repeat" },
      { at: end, length: after, from: size - 1, order: "repeat" },
    ],
    circular: [
      { at: 0, length: before, from: size - before, order: "same" },
      { at: end, length: after, from: 0, order: "same" },
    ],
  };
  return borders[mode].filter(({ length }) => length > 0);
}

/** The widest border that an axis of this size can give. */
function widest(mode: EdgeMode, size: number): number {
  if (mode === "reflect") return Math.max(size - 1, 0);
  return mode === "circular" ? size : size > 0 ? Number.POSITIVE_INFINITY : 0;
}

const rules: Record<EdgeMode, string> = {
  reflect: "less than the size of its axis",
  replicate: "0 on an axis without elements",
  circular: "at most the size of its axis",
};

function checkPads(shape: Shape, { pads, mode }: EdgeParams): void {
  if (pads.length !== shape.length || pads.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `pad: ${JSON.stringify(pads)} are not two whole numbers for each axis of ${formatShape(shape)}`,
    );
  }
  pads.forEach((pair, axis) => {
    const size = shape[axis] as number;
    if (Math.max(...pair) <= widest(mode, size)) return;
    throw new ShapeError(`pad: a border of mode "${mode}" must be ${rules[mode]}`, {
      facts: [
        { name: "x", value: formatShape(shape) },
        {
          name: "border",
          value: `${pair.join(" before and ")} after axis ${axis} of size ${size}`,
        },
      ],
      hint: 'use a narrower border, or the mode "constant"',
    });
  });
}

export const padEdgesOp: Op<EdgeParams> = defineOp<EdgeParams>({
  name: "padEdges",
  shape([input], params) {
    const { shape, dtype } = input as TensorType;
    checkPads(shape, params);
    return { shape: shape.map((n, axis) => n + sumOf(params.pads[axis])), dtype };
  },
  backward: ({ grad, params }) => [apply(foldEdgesOp, [grad], params)],
  reference([input], output, params) {
    const x = input as ReferenceArray;
    forSources(x.shape, output.shape, params, (target, source) => {
      output.data[target] = x.data[source] as number;
    });
  },
  lowering: {
    kind: "composite",
    build: ([x], { pads, mode }) =>
      pads.reduce((part, pair, axis) => padAxis(part, axis, pair, mode), x as Tensor),
  },
  cases: [...edgeCases("normal"), ...refusedCases()],
});

export const foldEdgesOp: Op<EdgeParams> = defineOp<EdgeParams>({
  name: "foldEdges",
  shape([input], { pads }) {
    const { shape, dtype } = input as TensorType;
    return { shape: shape.map((n, axis) => n - sumOf(pads[axis])), dtype };
  },
  backward: ({ grad, params }) => [apply(padEdgesOp, [grad], params)],
  reference([input], output, params) {
    const x = input as ReferenceArray;
    output.data.fill(0);
    forSources(output.shape, x.shape, params, (from, to) => {
      output.data[to] = (output.data[to] as number) + (x.data[from] as number);
    });
  },
  lowering: {
    kind: "composite",
    build: ([x], { pads, mode }) =>
      pads.reduce((part, pair, axis) => foldAxis(part, axis, pair, mode), x as Tensor),
  },
  cases: edgeCases("normal", true),
});

function sumOf(pair: Pads[number] | undefined): number {
  return pair === undefined ? 0 : pair[0] + pair[1];
}

/** Before, the tensor, and after, one next to the other. */
function padAxis(x: Tensor, axis: number, pair: Pads[number], mode: EdgeMode): Tensor {
  const borders = bordersOf(x.shape[axis] as number, pair, mode);
  if (borders.length === 0) return x;
  const made = borders.map(({ at, length, from, order }) => {
    if (order === "repeat") {
      const edge = slice(x, axis, from, from + 1);
      return { at, part: expand(edge, x.shape.with(axis, length)) };
    }
    const part = slice(x, axis, from, from + length);
    return { at, part: order === "reverse" ? flip(part, axis) : part };
  });
  const parts = [...made, { at: pair[0], part: x }].sort((a, b) => a.at - b.at);
  return concat(
    parts.map(({ part }) => part),
    axis,
  );
}

/** The middle, cut where borders begin and end, each stretch with what is added to it. */
function foldAxis(grad: Tensor, axis: number, pair: Pads[number], mode: EdgeMode): Tensor {
  const size = (grad.shape[axis] as number) - sumOf(pair);
  const borders = bordersOf(size, pair, mode);
  const end = ({ from, length, order }: Border): number => from + (order === "repeat" ? 1 : length);
  const cuts = [...new Set([0, size, ...borders.flatMap((b) => [b.from, end(b)])])].sort(
    (a, b) => a - b,
  );
  const stretches = cuts.slice(1).map((to, k) => {
    const from = cuts[k] as number;
    const middle = slice(grad, axis, pair[0] + from, pair[0] + to);
    return borders
      .filter((border) => border.from <= from && to <= end(border))
      .reduce((total, border) => total.add(borderOver(grad, axis, border, from, to)), middle);
  });
  if (stretches.length === 0) return slice(grad, axis, pair[0], pair[0] + size);
  return concat(stretches, axis);
}

/** What the border adds to the elements from `from` to `to`. */
function borderOver(
  grad: Tensor,
  axis: number,
  { at, length, from: first, order }: Border,
  from: number,
  to: number,
): Tensor {
  if (order === "repeat") {
    return sum(slice(grad, axis, at, at + length), axis, { keepdim: true });
  }
  if (order === "same") return slice(grad, axis, at + from - first, at + to - first);
  const last = at + length + first;
  return flip(slice(grad, axis, last - to, last - from), axis);
}

/** Each position of the padded tensor with the position of the element that it shows. */
function forSources(
  shape: Shape,
  padded: Shape,
  { pads, mode }: EdgeParams,
  visit: (at: number, source: number) => void,
): void {
  const strides = stridesOf(shape);
  const paddedStrides = stridesOf(padded);
  const count = padded.reduce((product, n) => product * n, 1);
  for (let i = 0; i < count; i++) {
    let source = 0;
    let rest = i;
    for (let axis = 0; axis < shape.length; axis++) {
      const size = shape[axis] as number;
      const position = Math.floor(rest / (paddedStrides[axis] as number)) - (pads[axis]?.[0] ?? 0);
      rest %= paddedStrides[axis] as number;
      source += inside(position, size, mode) * (strides[axis] as number);
    }
    visit(i, source);
  }
}

/** A position that may lie outside, as one that lies inside. */
function inside(position: number, size: number, mode: EdgeMode): number {
  if (mode === "circular") return (position + size) % size;
  if (mode === "replicate") return Math.min(Math.max(position, 0), size - 1);
  const mirrored = Math.abs(position);
  return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
}

/** The same borders for both ops; `padded` gives the input as it is after padding. */
function edgeCases(values: "normal", padded = false) {
  const modes: readonly EdgeMode[] = ["reflect", "replicate", "circular"];
  const inputs: readonly (readonly [string, Shape, Pads])[] = [
    ["a vector", [7], [[2, 3]]],
    [
      "images",
      [2, 3, 4, 5],
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [3, 0],
      ],
    ],
    [
      "borders that overlap",
      [5, 4],
      [
        [4, 3],
        [2, 3],
      ],
    ],
    [
      "as wide as can be",
      [1, 3, 3],
      [
        [0, 0],
        [2, 2],
        [2, 2],
      ],
    ],
    [
      "more than a vector",
      [1, 2, 3, 19],
      [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      "no border",
      [2, 3],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      "an empty batch",
      [0, 3],
      [
        [0, 0],
        [1, 2],
      ],
    ],
  ];
  return modes.flatMap((mode) =>
    inputs.map(([name, shape, pads]) => ({
      name: `${mode}, ${name}`,
      inputs: [{ shape: padded ? shape.map((n, axis) => n + sumOf(pads[axis])) : shape, values }],
      params: { mode, pads },
    })),
  );
}

function refusedCases() {
  const refuse = (name: string, shape: Shape, pads: Pads, mode: EdgeMode, refused: RegExp) => ({
    name,
    inputs: [{ shape }],
    params: { pads, mode },
    refused,
  });
  const wide = /border of mode "reflect" must be less than the size of its axis/;
  return [
    refuse("a reflection as wide as the axis", [3], [[3, 0]], "reflect", wide),
    refuse("a reflection of one element", [1], [[1, 0]], "reflect", wide),
    refuse("more than once around", [3], [[0, 4]], "circular", /at most the size of its axis/),
    refuse("the edge of nothing", [0], [[1, 0]], "replicate", /0 on an axis without elements/),
    refuse("too few pairs", [2, 3], [[1, 1]], "reflect", /two whole numbers for each axis/),
    {
      name: "bytes",
      inputs: [{ shape: [3, 5], dtype: "uint8", values: [0, 256] }],
      params: {
        pads: [
          [1, 1],
          [0, 2],
        ],
        mode: "reflect",
      },
      gradient: false,
    } as const,
    {
      name: "integers",
      inputs: [{ shape: [5], dtype: "int32", values: [-9, 9] }],
      params: { pads: [[2, 6]], mode: "replicate" },
      gradient: false,
    } as const,
  ];
}
