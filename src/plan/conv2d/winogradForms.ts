// Winograd's minimal filtering in one dimension: m outputs of a kernel of 3 from m + 2 inputs with m + 2
// multiplications instead of 3 m. Applied to rows and columns it serves tiles of m × m positions:
//
//     forward            y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//     gradient of w      w = Gᵀ [ (A y Aᵀ) ⊙ (Bᵀ x B) ] G
//
// Lavin & Gray 2015, "Fast algorithms for convolutional neural networks".
import type { KernelBuilder } from "../../kernel/builder.ts";
import type { Value } from "../../kernel/ir.ts";

/** A linear map of a few values. */
export type Transform = (k: KernelBuilder, x: readonly Value[]) => Value[];

export interface WinogradForm {
  /** Outputs along one axis. */
  readonly m: number;
  /** Inputs along one axis, and products. */
  readonly alpha: number;
  /** Bᵀ: alpha inputs. */
  readonly input: Transform;
  /** G: 3 weights to alpha. */
  readonly weight: Transform;
  /** Aᵀ: alpha products to m outputs. */
  readonly output: Transform;
  /** A: m gradients to alpha. */
  readonly gradient: Transform;
  /** Gᵀ: alpha products to 3 weights. */
  readonly weightBack: Transform;
}

type V = Value;

/** a · x + y */
function axpy(k: KernelBuilder, a: number, x: V, y: V): V {
  return k.let(k.fma(k.const(a), x, y));
}

function plus(k: KernelBuilder, a: V, b: V): V {
  return k.let(k.add(a, b));
}

function minus(k: KernelBuilder, a: V, b: V): V {
  return k.let(k.binary("sub", a, b));
}

function scaled(k: KernelBuilder, a: number, x: V): V {
  return k.let(k.mul(k.const(a), x));
}

/** F(2, 3): as exact as the direct sum, 2.25 times fewer multiplications in two dimensions. */
export const f2: WinogradForm = {
  m: 2,
  alpha: 4,
  input(k, x) {
    const [x0, x1, x2, x3] = x as [V, V, V, V];
    return [minus(k, x0, x2), plus(k, x1, x2), minus(k, x2, x1), minus(k, x1, x3)];
  },
  weight(k, g) {
    const [g0, g1, g2] = g as [V, V, V];
    const even = scaled(k, 0.5, plus(k, g0, g2));
    const odd = scaled(k, 0.5, g1);
    return [g0, plus(k, even, odd), minus(k, even, odd), g2];
  },
  output(k, p) {
    const [p0, p1, p2, p3] = p as [V, V, V, V];
    return [plus(k, p0, plus(k, p1, p2)), minus(k, minus(k, p1, p2), p3)];
  },
  gradient(k, y) {
    const [y0, y1] = y as [V, V];
    return [y0, plus(k, y0, y1), minus(k, y0, y1), scaled(k, -1, y1)];
  },
  weightBack(k, p) {
    const [p0, p1, p2, p3] = p as [V, V, V, V];
    const even = scaled(k, 0.5, plus(k, p1, p2));
    return [plus(k, p0, even), scaled(k, 0.5, minus(k, p1, p2)), plus(k, even, p3)];
  },
};

/** F(4, 3): four times fewer multiplications, about ten times the rounding error of the direct sum. */
export const f4: WinogradForm = {
  m: 4,
  alpha: 6,
  input(k, x) {
    const [x0, x1, x2, x3, x4, x5] = x as [V, V, V, V, V, V];
    const e1 = axpy(k, -4, x2, x4);
    const o1 = axpy(k, -4, x1, x3);
    const e2 = minus(k, x4, x2);
    const o2 = minus(k, x3, x1);
    return [
      axpy(k, 4, x0, axpy(k, -5, x2, x4)),
      plus(k, e1, o1),
      minus(k, e1, o1),
      axpy(k, 2, o2, e2),
      axpy(k, -2, o2, e2),
      axpy(k, 4, x1, axpy(k, -5, x3, x5)),
    ];
  },
  weight(k, g) {
    const [g0, g1, g2] = g as [V, V, V];
    const e1 = scaled(k, -1 / 6, plus(k, g0, g2));
    const e2 = axpy(k, 1 / 24, g0, scaled(k, 1 / 6, g2));
    return [
      scaled(k, 1 / 4, g0),
      axpy(k, -1 / 6, g1, e1),
      axpy(k, 1 / 6, g1, e1),
      axpy(k, 1 / 12, g1, e2),
      axpy(k, -1 / 12, g1, e2),
      g2,
    ];
  },
  output(k, p) {
    const [p0, p1, p2, p3, p4, p5] = p as [V, V, V, V, V, V];
    const s1 = plus(k, p1, p2);
    const d1 = minus(k, p1, p2);
    const s2 = plus(k, p3, p4);
    const d2 = minus(k, p3, p4);
    return [
      plus(k, p0, plus(k, s1, s2)),
      axpy(k, 2, d2, d1),
      axpy(k, 4, s2, s1),
      axpy(k, 8, d2, plus(k, d1, p5)),
    ];
  },
  gradient(k, y) {
    const [y0, y1, y2, y3] = y as [V, V, V, V];
    const e1 = plus(k, y0, y2);
    const o1 = plus(k, y1, y3);
    const e2 = axpy(k, 4, y2, y0);
    const o2 = scaled(k, 2, axpy(k, 4, y3, y1));
    return [y0, plus(k, e1, o1), minus(k, e1, o1), plus(k, e2, o2), minus(k, e2, o2), y3];
  },
  weightBack(k, p) {
    const [p0, p1, p2, p3, p4, p5] = p as [V, V, V, V, V, V];
    const s1 = plus(k, p1, p2);
    const s2 = plus(k, p3, p4);
    return [
      axpy(k, 1 / 4, p0, axpy(k, -1 / 6, s1, scaled(k, 1 / 24, s2))),
      axpy(k, 1 / 6, minus(k, p2, p1), scaled(k, 1 / 12, minus(k, p3, p4))),
      axpy(k, 1 / 6, minus(k, s2, s1), p5),
    ];
  },
};

/** A transform of the columns and then of the rows of a square of values. */
export function inTwoDimensions(
  k: KernelBuilder,
  transform: Transform,
  size: number,
  at: (row: number, column: number) => Value,
): Value[][] {
  const columns = Array.from({ length: size }, (_, j) =>
    transform(
      k,
      Array.from({ length: size }, (_, i) => at(i, j)),
    ),
  );
  const rows = (columns[0] as Value[]).length;
  return Array.from({ length: rows }, (_, i) =>
    transform(
      k,
      columns.map((column) => column[i] as Value),
    ),
  );
}
