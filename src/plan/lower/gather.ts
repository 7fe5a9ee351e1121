// gather, where each element says which one it wants along an axis, and its counterparts scatter and
// scatterAdd, where each says where it goes.
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { isByElement, isEmpty, type Planner } from "../planner.ts";
import { withEpilogue } from "./boxes.ts";
import { loops } from "./loops.ts";
import { splitOver, storeBox, thenEpilogue } from "./pointwise.ts";
import { scatterByElement } from "./scatterElements.ts";

/** Looking up an element costs about as much as this many operations on neighbouring ones. */
const lookUpCost = 8;

export function lowerGather(planner: Planner, { node, core }: Root): void {
  const [x, index] = core.inputs as [Node, Node];
  const { axis } = core.params as { axis: number };
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  storeBox(planner, {
    name: "gather",
    node,
    place,
    box: core.shape,
    laneAxis: core.shape.length - 1,
    operations: lookUpCost,
    target: (at) => at,
    value: (w, at, width) => {
      const numbers = w.k.let(w.value(index, at, width));
      const lookUp = (lane: number) => w.position(w.k.lane(numbers, lane), x.shape[axis] as number);
      const found: AxisIndex =
        width === 1
          ? fixed(lookUp(0))
          : { each: Array.from({ length: width }, (_, lane) => lookUp(lane)) };
      const value = w.value(x, at.with(axis, found), width);
      return withEpilogue(w, node, core, value, at, width);
    },
  });
}

export function lowerScatter(planner: Planner, root: Root): void {
  thenEpilogue(planner, root, (place) => scatterInto(planner, root.core, place));
}

/** A copy of x, then the elements in order. Where chunks are not elements, they divide another axis: what meets stays together. */
function scatterInto(planner: Planner, core: Node, place: Place): void {
  const [x, index, source] = core.inputs as [Node, Node, Node];
  const { axis } = core.params as { axis: number };
  const adds = core.op?.name === "scatterAdd";
  if (isByElement(planner)) {
    return scatterByElement(planner, place, {
      name: core.op?.name as string,
      shape: core.shape,
      axis,
      from: index.shape,
      adds,
      start: (w, at) => w.value(x, at, 1),
      value: (w, at) => w.value(source, at, 1),
      target: (w, at) => w.value(index, at, 1),
    });
  }
  const w = planner.writer(core.op?.name as string);
  w.writes(place);
  const elements = (shape: readonly number[]) => shape.map((size) => ({ size, vector: false }));
  const order = core.shape.map((_, a) => a);
  const others = elements(core.shape).with(axis, { size: 1, vector: false });
  const work = sizeOf(core.shape) + sizeOf(index.shape) * lookUpCost;
  const split = splitOver(others, w.lanes, work);
  const last = core.shape.length - 1;
  const copied = core.shape.map((size, a) => ({
    size,
    vector: a === last && a !== split?.axis && w.lanes > 1,
  }));
  loops(w, copied, order, split, (at, width) => w.store(place, at, w.value(x, at, width), width));
  loops(w, elements(index.shape), order, split, (at) => {
    const number = w.k.let(w.value(index, at, 1));
    const target = at.with(axis, fixed(w.position(number, core.shape[axis] as number)));
    const value = w.value(source, at, 1);
    w.store(place, target, adds ? w.k.add(w.load(place, target, 1), value) : value, 1);
  });
  planner.launch(w, split?.chunks ?? 1, { flops: sizeOf(index.shape) });
}
