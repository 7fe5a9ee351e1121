// argsort where each chunk places one element. Within short runs an element's place is the number of those that come before
// it. Longer runs are merged: an element's place is its place in its own run and the number of those of the other run that come
// before it, found by halving. Equal elements keep their order.
import { plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Index, Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";
import { launchElements } from "./elementKernel.ts";
import { sortKey } from "./sortKey.ts";

/** Runs of this length are sorted by counting, a power of two. */
const runLength = 128;

/** What is sorted: keys, and where each was at first. */
interface Runs {
  readonly keys: Place;
  /** Null while they are where they were. */
  readonly positions: Place | null;
}

export function argsortByElement(planner: Planner, { node, core }: Root): void {
  const [input] = core.inputs as [Node];
  const { axis, descending } = core.params as { axis: number; descending: boolean };
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const { shape } = core;
  const count = shape[axis] as number;

  /** Moves each element of the runs to its place: into longer runs, or the last time into the result. */
  const pass = (
    { keys, positions }: Runs,
    isLast: boolean,
    placeOf: (w: KernelWriter, at: readonly AxisIndex[], keys: Place) => Index,
  ): Runs => {
    const to = isLast
      ? { keys, positions: place }
      : {
          keys: planner.temporary(core, shape, "int32"),
          positions: planner.temporary(core, shape, "int32"),
        };
    const writes = isLast ? [to.positions] : [to.keys, to.positions];
    const kernel = { name: "argsort", box: shape, writes, flops: sizeOf(shape) };
    launchElements(planner, kernel, (w, at) => {
      const target = at.with(axis, fixed(placeOf(w, at, keys)));
      const position = w.k.let(
        positions === null ? w.k.index(inLane(at[axis] as AxisIndex, 0)) : w.load(positions, at, 1),
      );
      if (!isLast) w.store(to.keys, target, w.load(keys, at, 1), 1);
      const value = isLast ? withEpilogue(w, node, core, position, target, 1) : position;
      w.store(to.positions, target, value, 1);
    });
    return to;
  };

  const keys = planner.temporary(core, shape, "int32");
  const kernel = { name: "argsortKeys", box: shape, writes: [keys], flops: sizeOf(shape) };
  launchElements(planner, kernel, (w, at) => {
    w.store(keys, at, sortKey(w, w.value(input, at, 1), descending), 1);
  });
  let runs = pass({ keys, positions: null }, count <= runLength, (w, at, from) =>
    rankIn(w, { keys: from, axis, count }, at),
  );
  for (let length = runLength; length < count; length *= 2) {
    runs = pass(runs, 2 * length >= count, (w, at, from) =>
      mergedPlace(w, { keys: from, axis, count }, at, length),
    );
  }
}

interface Row {
  readonly keys: Place;
  readonly axis: number;
  /** Elements of the row. */
  readonly count: number;
}

/** The place of an element within its run: the number of those before it. */
function rankIn(w: KernelWriter, { keys, axis, count }: Row, at: readonly AxisIndex[]): Index {
  const { k } = w;
  const own = inLane(at[axis] as AxisIndex, 0);
  const ownKey = w.load(keys, at, 1);
  const start =
    count <= runLength
      ? toIndex(0)
      : times(k.letIndex("run", k.quotient(k.index(own), runLength)), runLength);
  const rank = k.let(k.const(0, 1, "int"));
  k.for(
    "i",
    start,
    plus(start, runLength),
    (i) => {
      const key = k.let(w.load(keys, at.with(axis, fixed(i)), 1));
      const isEarlier = k.compare("lt", k.index(i), k.index(own));
      const isBefore = k.binary(
        "or",
        k.compare("lt", key, ownKey),
        k.binary("and", k.compare("eq", key, ownKey), isEarlier),
      );
      k.set(rank, k.add(rank, k.convert(isBefore, "int")));
    },
    { limit: count },
  );
  return plus(start, k.letIndex("rank", rank));
}

/** The place of an element once its run and the neighbouring one, of `length` elements each, are one. */
function mergedPlace(
  w: KernelWriter,
  { keys, axis, count }: Row,
  at: readonly AxisIndex[],
  length: number,
): Index {
  const { k } = w;
  const int = (value: number): Value => k.const(value, 1, "int");
  const own = inLane(at[axis] as AxisIndex, 0);
  const ownKey = w.load(keys, at, 1);
  const pair = k.letIndex("pair", k.quotient(k.index(own), 2 * length));
  const start = times(pair, 2 * length);
  const isRight = k.let(k.compare("ge", k.index(plus(own, times(start, -1))), int(length)));
  // The other run: where it begins, and how many elements it has.
  const other = k.letIndex(
    "other",
    k.select(isRight, k.index(start), k.index(plus(start, length))),
  );
  const room = k.binary("sub", int(count), k.index(other));
  const size = k.let(k.binary("max", int(0), k.binary("min", int(length), room)));
  const found = k.let(int(0));
  const step = k.let(int(length));
  k.for("halving", 0, Math.log2(length) + 1, () => {
    const next = k.let(k.add(found, step));
    const position = w.position(k.add(next, k.index(plus(other, -1))), count);
    const key = k.let(w.load(keys, at.with(axis, fixed(position)), 1));
    // Of two equal elements the left one comes first.
    const isBefore = k.binary(
      "or",
      k.compare("lt", key, ownKey),
      k.binary("and", isRight, k.compare("eq", key, ownKey)),
    );
    const isInside = k.compare("le", next, size);
    k.set(found, k.select(k.binary("and", isInside, isBefore), next, found));
    k.set(step, k.shift("right", step, 1));
  });
  // Behind as many of its own run as before, and those of the other one.
  const ahead = k.select(isRight, k.binary("sub", found, int(length)), found);
  return plus(own, k.letIndex("ahead", ahead));
}
