// Which axis of a loop nest lies in the lanes of the vectors.
import { toIndex } from "../kernel/indexing.ts";
import type { IndexVariable } from "../kernel/ir.ts";
import type { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";
import { stridesOf } from "../tensor/shape.ts";
import { broadcastIndex, reshapeIndex, viewIndex } from "./access.ts";
import { type AxisIndex, fixed, NeedsPlain, type Place } from "./place.ts";
import type { PlaceOf } from "./writer.ts";

/** A read of a stored value: where it is, and the index there. */
export interface Read {
  readonly place: Place;
  readonly index: readonly AxisIndex[];
}

/** A position that is looked up: no axis of the loop nest leads there. */
const anywhere: AxisIndex = { each: [toIndex(0)] };

/** Symbolic axes for a domain of `rank` axes. Their ids are negative: they never reach a kernel. */
export function symbolicAxes(rank: number): { variables: IndexVariable[]; index: AxisIndex[] } {
  const variables = Array.from({ length: rank }, (_, axis) => ({
    id: -1 - axis,
    name: `axis${axis}`,
  }));
  return { variables, index: variables.map((variable) => fixed(variable)) };
}

/** All reads that evaluating a node at an index makes. */
export function readsAt(
  node: Node,
  index: readonly AxisIndex[],
  placeOf: PlaceOf,
  skip: ReadonlySet<Node> = new Set(),
): Read[] {
  const reads: Read[] = [];
  const seen = new Set<string>();
  const visit = (n: Node, at: readonly AxisIndex[]): void => {
    if (skip.has(n)) return;
    const key = `${n.id}@${JSON.stringify(at)}`;
    if (seen.has(key)) return;
    seen.add(key);
    const place = placeOf(n);
    if (place !== null) {
      reads.push({ place, index: at });
      return;
    }
    const { kind } = (n.op as Op).lowering;
    const input = n.inputs[0];
    if (kind === "pointwise") for (const i of n.inputs) visit(i, broadcastIndex(i.shape, at));
    else if (kind === "view") visit(input as Node, viewIndex(n, at, 1));
    else if (kind === "reshape")
      visit(input as Node, reshapeIndex((input as Node).shape, n.shape, at, 1) as AxisIndex[]);
    else if (n.op?.name === "indexSelect") {
      const { axis } = n.params as { axis: number };
      visit(n.inputs[1] as Node, [at[axis] as AxisIndex]);
      visit(
        input as Node,
        at.map((other, a) => (a === axis ? anywhere : other)),
      );
    } else throw new Error(`plan: ${n.op?.name} has no stored value`);
  };
  visit(node, index);
  return reads;
}

/** How far apart in memory the elements of a row-major value are along an axis of the loop nest. */
export function stepAlong({ place, index }: Read, variable: IndexVariable): number {
  const strides = stridesOf(place.shape);
  return index.reduce((sum, at, axis) => {
    if ("each" in at) return Infinity;
    const term = at.base.terms.find((each) => each.variable.id === variable.id);
    return sum + (strides[axis] as number) * (term?.factor ?? 0);
  }, 0);
}

/** How far apart in memory neighbours along each axis of a matrix are; "batch" where they fill a vector. */
export function stridesAlong(
  placeOf: PlaceOf,
  operand: Node,
  batchAxes: number,
): [number | "batch", number | "batch"] {
  const { variables, index } = symbolicAxes(operand.shape.length);
  const [read] = readsAt(operand, index, placeOf);
  if (read === undefined) return [0, 0];
  const strides = stridesOf(read.place.shape);
  const along = (axis: number): number | "batch" => {
    let stride = 0;
    for (const [placeAxis, at] of read.index.entries()) {
      if ("each" in at) continue;
      const factor =
        at.base.terms.find(({ variable }) => variable === variables[axis])?.factor ?? 0;
      if (factor === 0) continue;
      if (read.place.layout === "batch" && placeAxis === 0) return "batch";
      stride += factor * (strides[placeAxis] as number);
    }
    return stride;
  };
  for (let axis = 0; axis < batchAxes; axis++) {
    if (along(axis) === "batch") throw new NeedsPlain(read.place.node);
  }
  return [along(batchAxes), along(batchAxes + 1)];
}

/**
 * The axis that must lie in the lanes because values in batch layout are read along it; -1 if none.
 * @throws NeedsPlain if such a value is read in a way that its layout does not allow
 */
export function batchAxis(reads: readonly Read[], variables: readonly IndexVariable[]): number {
  let found = -1;
  for (const { place, index } of reads) {
    if (place.layout !== "batch") continue;
    const first = index[0] as AxisIndex;
    const term = "each" in first ? undefined : first.base.terms[0];
    const direct =
      !("each" in first) &&
      first.base.constant === 0 &&
      first.base.terms.length === 1 &&
      term?.factor === 1;
    const axis = direct ? variables.indexOf(term?.variable as IndexVariable) : -1;
    if (axis < 0 || (found >= 0 && found !== axis)) throw new NeedsPlain(place.node);
    const elsewhere = index
      .slice(1)
      .some(
        (other) =>
          "each" in other || other.base.terms.some(({ variable }) => variable === variables[axis]),
      );
    if (elsewhere) throw new NeedsPlain(place.node);
    found = axis;
  }
  return found;
}
