// Reductions where each chunk makes one number. With many results that is one pass: a chunk for each result. Few results of many
// elements take several, each of which leaves a fraction of the elements: parts of a result first, then parts of those.
//
// A part takes every so many elements along an axis, and neighbouring chunks take neighbouring elements, in the order of the
// axes that are reduced and kept alike. So whatever is summed is read as it lies in memory: rows, columns, or an image batch by
// channels. The order of additions follows from the shapes alone, and few of them follow each other: rounding errors stay small.
import type { IndexLike } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import type { Op } from "../../tensor/op.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { identityOf, joinOf, kindOf, numeric, unrolledElements } from "./accumulate.ts";
import { withEpilogue } from "./boxes.ts";
import { launchElements } from "./elementKernel.ts";

/** Additions of one chunk, about: fewer are not worth another pass. */
const wantedRun = 64;
/** With so many chunks a machine has enough to do: longer runs then save partial results. */
const enoughChunks = 2 ** 18;

/** A reduction that is still to be done. */
interface Rest {
  readonly shape: Shape;
  readonly reduced: readonly number[];
  readonly element: (w: KernelWriter, at: readonly AxisIndex[]) => Value;
}

export function reducePasses(planner: Planner, { node, core }: Root): void {
  const { name, lowering } = core.op as Op;
  if (lowering.kind !== "reduce") throw new Error("plan: not a reduction");
  const { combine } = lowering;
  const input = core.inputs[0] as Node;
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const kind = kindOf(input);
  const reduced = lowering.axes(input.shape, core.params);
  let rest: Rest = {
    shape: input.shape,
    reduced,
    element: (w, at) => numeric(w, w.value(input, at, 1)),
  };
  /** A chunk for each part of each result. */
  const pass = (
    parts: Shape,
    target: Place,
    store: (w: KernelWriter, at: readonly AxisIndex[], total: Value) => void,
  ): void => {
    const { shape, element } = rest;
    const kernel = { name, box: parts, writes: [target], flops: sizeOf(shape) };
    launchElements(planner, kernel, (w, at) => {
      const total = w.k.let(w.k.const(identityOf(combine, kind), 1, kind));
      const join = joinOf(w, combine);
      overPart({ w, shape, reduced, parts, unrolled: planner.target.unrolled }, at, (index) => {
        w.k.set(total, join(total, element(w, index)));
      });
      store(w, at, total);
    });
  };
  for (let parts = partsOf(rest); parts !== null; parts = partsOf(rest)) {
    const partial = planner.temporary(core, parts, kind === "float" ? "float32" : "int32");
    pass(parts, partial, (w, at, total) => w.store(partial, at, total, 1));
    rest = { shape: parts, reduced, element: (w, at) => w.load(partial, at, 1) };
  }
  const isReduced = (axis: number): boolean => reduced.includes(axis);
  const hasAll = core.shape.length === input.shape.length;
  const results = input.shape.map((size, axis) => (isReduced(axis) ? 1 : size));
  pass(results, place, (w, at, total) => {
    const target = hasAll ? at : at.filter((_, axis) => !isReduced(axis));
    w.store(place, target, withEpilogue(w, node, core, total, target, 1), 1);
  });
}

interface Part {
  readonly w: KernelWriter;
  readonly shape: Shape;
  readonly reduced: readonly number[];
  /** Parts along each axis that is reduced. */
  readonly parts: Shape;
  readonly unrolled: number | undefined;
}

/** Visits the elements of one part: along each reduced axis from its own number on, so many parts further each time. */
function overPart(
  { w, shape, reduced, parts, unrolled = unrolledElements }: Part,
  at: readonly AxisIndex[],
  visit: (index: readonly AxisIndex[]) => void,
): void {
  const looped = reduced.filter((axis) => parts[axis] !== shape[axis]);
  const count = sizeOf(looped.map((axis) => shape[axis] as number));
  const isWrittenOut = count <= unrolled && looped.every((axis) => parts[axis] === 1);
  const nest = (depth: number, index: readonly AxisIndex[]): void => {
    const axis = looped[depth];
    if (axis === undefined) return visit(index);
    const [size, step] = [shape[axis] as number, parts[axis] as number];
    const inner = (i: IndexLike): void => nest(depth + 1, index.with(axis, fixed(i)));
    if (isWrittenOut) for (let i = 0; i < size; i++) inner(i);
    else w.k.for(`r${axis}`, inLane(at[axis] as AxisIndex, 0), size, inner, { step });
  };
  nest(0, at);
}

/**
 * Parts along each axis for the next pass, or null if one more pass does. Whole axes from the last on, until those that are left
 * make a run of the wanted length.
 */
function partsOf({ shape, reduced }: Rest): Shape | null {
  const elements = sizeOf(reduced.map((axis) => shape[axis] as number));
  if (elements === 0) return null;
  const results = sizeOf(shape) / elements;
  const passes = Math.round(Math.log(elements) / Math.log(wantedRun));
  const run = Math.max(elements ** (1 / passes), (results * elements) / enoughChunks);
  if (passes < 2 || run > elements / 2) return null;
  const parts = shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
  let left = elements;
  for (const axis of reduced.toSorted((a, b) => b - a)) {
    const size = shape[axis] as number;
    if (left / size < run / 2) {
      parts[axis] = Math.ceil(left / run);
      return parts;
    }
    parts[axis] = size;
    left /= size;
  }
  return parts;
}
