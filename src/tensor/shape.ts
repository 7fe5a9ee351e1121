// Shapes: sizes along each axis, outermost first, and the arithmetic on them.
import { type Fact, ShapeError } from "./errors.ts";

/** Sizes along each axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

/** `[2, 3]` as text. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** A ShapeError whose facts are the shapes involved, each with its layout where it has one. */
export function shapeError(
  op: string,
  message: string,
  facts: Record<string, Shape | { shape: Shape; layout: string } | number | string>,
  hint?: string,
): ShapeError {
  const rows: Fact[] = Object.entries(facts).map(([name, value]) => {
    if (typeof value === "number" || typeof value === "string")
      return { name, value: String(value) };
    if ("shape" in value) return { name, value: formatShape(value.shape), remark: value.layout };
    return { name, value: formatShape(value) };
  });
  return new ShapeError(`${op}: ${message}`, {
    facts: rows,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * The shape that operands stretch to: axes are matched from the last; sizes must agree or be 1.
 * @throws ShapeError naming the axis that does not fit
 */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      const size = shape[i] as number;
      const current = result[axis] as number;
      if (size === current || size === 1) continue;
      if (current !== 1) {
        const names = Object.fromEntries(shapes.map((s, k) => [String.fromCharCode(97 + k), s]));
        throw shapeError(
          op,
          `sizes ${current} and ${size} at axis ${axis} do not broadcast`,
          names,
        );
      }
      result[axis] = size;
    }
  }
  return result;
}

/** Axis counted from the front; negative axes count from the end. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const bound = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -bound || axis >= bound) {
    throw new ShapeError(`${op}: dim ${axis} is out of range for a tensor of ${rank} dimensions`, {
      hint: `use a dim from ${-bound} to ${bound - 1}`,
    });
  }
  return axis < 0 ? axis + bound : axis;
}

/** Axes as sorted, distinct, non-negative numbers; `undefined` means all. */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): readonly number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  const normalized = list.map((axis) => normalizeAxis(op, axis, rank));
  if (new Set(normalized).size !== normalized.length) {
    throw new ShapeError(`${op}: dims ${formatShape(list)} name an axis twice`);
  }
  return normalized.sort((a, b) => a - b).filter((axis) => axis < rank);
}

/** Throws unless every size is a non-negative integer. */
export function checkShape(op: string, shape: Shape): void {
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`${op}: a shape holds whole numbers, got ${formatShape(shape)}`);
  }
}
