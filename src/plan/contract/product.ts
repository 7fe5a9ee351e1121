// A product of matrices whose elements are computed as they are loaded, by groups of invocations that share memory. Products
// of matrices and all three directions of convolution are of this kind.

import type { OperandParts } from "../../kernel/contraction.ts";
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Index, Value, Workgroup } from "../../kernel/ir.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { indicesOf } from "../lower/loops.ts";
import { storeBox } from "../lower/pointwise.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { sumParts } from "./parts.ts";
import { divide, type ProductSizes } from "./tile.ts";

/** Elements of one operand: `value` of a position along its own side (row or column) and along the depth. */
export type Operand = (w: KernelWriter, batch: IndexLike) => OperandParts;

export interface Product {
  readonly name: string;
  readonly sizes: ProductSizes;
  readonly left: Operand;
  readonly right: Operand;
  /** Where an element of the result is, in the shape of the core. */
  readonly target: (
    w: KernelWriter,
    batch: IndexLike,
    row: IndexLike,
    column: IndexLike,
  ) => readonly AxisIndex[];
  /** What its profile counts, if not its own multiply-adds. */
  readonly flops?: number;
}

/** Writes the launches of a product whose results go to `place`, with the epilogue of its root. */
export function lowerProduct(planner: Planner, root: Root, place: Place, product: Product): void {
  const { name, sizes, left, right, target } = product;
  const { batches, rows, columns, depth } = sizes;
  if (batches * rows * columns === 0) return;
  const box = [batches, rows, columns];
  const targetAt = (w: KernelWriter, at: readonly AxisIndex[]): readonly AxisIndex[] => {
    const [b, row, column] = at.map((index) => inLane(index, 0)) as [Index, Index, Index];
    return target(w, b, row, column);
  };
  if (depth === 0) {
    // Sums of nothing: pixels that no tap of a convolution with a large stride reaches.
    const { node, core } = root;
    const zero = (w: KernelWriter, at: readonly AxisIndex[]): Value =>
      withEpilogue(w, node, core, w.k.const(0), targetAt(w, at), 1);
    const store = { name, node, place, box, laneAxis: -1 };
    return storeBox(planner, { ...store, target: (at, w) => targetAt(w, at), value: zero });
  }
  const workgroup = planner.target.workgroup as Workgroup;
  const { tile, parts, perPart } = divide(sizes, workgroup);
  const shape = [parts, batches, rows, columns];
  const partial = parts === 1 ? null : planner.temporary(root.core, shape);

  const w = planner.writer(name);
  w.writes(partial ?? place);
  const down = Math.ceil(rows / tile.rows);
  const across = Math.ceil(columns / tile.columns);
  const [batch, part, downTile, acrossTile] = indicesOf(w, w.k.chunk, [
    batches,
    parts,
    down,
    across,
  ]);
  const from = times(part, perPart);
  w.k.contract({
    tile,
    operands: workgroup.operands ?? "float32",
    rows: { from: times(downTile, tile.rows), limit: rows },
    columns: { from: times(acrossTile, tile.columns), limit: columns },
    depth: { from, to: plus(from, perPart), limit: depth },
    left: left(w, batch),
    right: right(w, batch),
    store: (sum, row, column) => {
      if (partial !== null) {
        w.store(partial, [part, batch, row, column].map(fixed), sum, 1);
        return;
      }
      const at = target(w, batch, row, column);
      w.store(place, at, withEpilogue(w, root.node, root.core, sum, at, 1), 1);
    },
  });
  const { flops = 2 * batches * rows * columns * depth } = product;
  planner.launch(w, batches * parts * down * across, { flops });
  if (partial === null) return;
  sumParts(planner, root, place, { name, partial, box, target: targetAt });
}
