// Products of matrices, and of batches of them, in tiles of groups.
import type { IndexLike } from "../../kernel/indexing.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { stridesAlong } from "../lanes.ts";
import { indicesOf } from "../lower/loops.ts";
import { fixed } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { lowerProduct } from "./product.ts";

export function lowerMatmulByGroups(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [a, b] = core.inputs as [Node, Node];
  const rank = core.shape.length;
  const batchShape = core.shape.slice(0, rank - 2);
  const [rows, columns] = core.shape.slice(rank - 2) as [number, number];
  const depth = a.shape[rank - 1] as number;
  const place = planner.place(node, "plain");
  const [, aDepth] = stridesAlong(planner.placeOf, a, batchShape.length);
  const [bDepth] = stridesAlong(planner.placeOf, b, batchShape.length);
  const outer = (w: KernelWriter, batch: IndexLike) => indicesOf(w, batch, batchShape).map(fixed);
  lowerProduct(planner, root, place, {
    name: "matmul",
    sizes: { batches: sizeOf(batchShape), rows, columns, depth },
    left: (w, batch) => {
      const at = outer(w, batch);
      return {
        along: aDepth === 1 ? "depth" : "side",
        value: (row, k) => w.value(a, [...at, fixed(row), fixed(k)], 1),
      };
    },
    right: (w, batch) => {
      const at = outer(w, batch);
      return {
        along: bDepth === 1 ? "depth" : "side",
        value: (column, k) => w.value(b, [...at, fixed(k), fixed(column)], 1),
      };
    },
    target: (w, batch, row, column) => [...outer(w, batch), fixed(row), fixed(column)],
  });
}
