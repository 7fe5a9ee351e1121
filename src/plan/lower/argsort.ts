// argsort by merging: runs of 1, 2, 4, … elements that are in order become runs of twice the length.
// Each row is n · log2(n) steps without a branch on the data; equal elements keep their order.
import { plus, times, toIndex } from "../../kernel/indexing.ts";
import type { Buffer, Index, Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { fixed } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";
import { loops } from "./loops.ts";
import { splitOver } from "./pointwise.ts";
import { sortKey } from "./sortKey.ts";

/** One step of a merge costs about as much as this many simple operations. */
const mergeCost = 8;

/** Where the keys of a row and their positions begin in the scratch memory. */
interface Run {
  readonly keys: Index;
  readonly positions: Index;
}

export function lowerArgsort(planner: Planner, { node, core }: Root): void {
  const input = core.inputs[0] as Node;
  const { axis, descending } = core.params as { axis: number; descending: boolean };
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const count = core.shape[axis] as number;
  const levels = Math.ceil(Math.log2(count));
  const rows = core.shape.map((size, a) => ({ size: a === axis ? 1 : size, vector: false }));
  const split = splitOver(rows, 1, sizeOf(core.shape) * (levels + 1) * mergeCost);
  const chunks = split?.chunks ?? 1;
  // Each chunk has room for two runs. A merge looks one element past the end of a run.
  const stride = count + 1;
  const scratch = planner.temporary(core, [chunks, 2, 2, stride], "int32");
  const w = planner.writer("argsort", 1);
  w.writes(place);
  w.writes(scratch);
  const { k } = w;
  const buffer = w.buffer(scratch);
  const start = times(k.chunk, 4 * stride);
  const runAt = (which: number): Run => ({
    keys: plus(start, 2 * which * stride),
    positions: plus(start, (2 * which + 1) * stride),
  });
  const order = core.shape.map((_, a) => a);
  loops(w, rows, order, split, (row) => {
    let from = runAt(0);
    let to = runAt(1);
    k.for("i", 0, count, (i) => {
      const value = w.value(input, row.with(axis, fixed(i)), 1);
      k.store(buffer, plus(from.keys, i), sortKey(w, value, descending));
      k.store(buffer, plus(from.positions, i), k.index(i));
    });
    for (let level = 0; level < levels; level++) {
      merge(w, buffer, { from, to, count, length: 2 ** level });
      [from, to] = [to, from];
    }
    k.for("i", 0, count, (i) => {
      const at = row.with(axis, fixed(i));
      const position = k.let(k.load(buffer, plus(from.positions, i)));
      const value = withEpilogue(w, node, core, position, at, 1);
      w.store(place, at, value, 1);
    });
  });
  planner.launch(w, chunks, { flops: sizeOf(core.shape) * (levels + 1) * mergeCost });
}

interface Merge {
  readonly from: Run;
  readonly to: Run;
  /** Elements of the whole row. */
  readonly count: number;
  readonly length: number;
}

/** Merges neighbouring runs of `length` elements: of two equal elements, the left one comes first. */
function merge({ k }: KernelWriter, buffer: Buffer, { from, to, count, length }: Merge): void {
  const int = (value: number): Value => k.const(value, 1, "int");
  const upTo = (index: Index): Value => k.let(k.binary("min", k.index(index), int(count)));
  k.for(
    "start",
    0,
    count,
    (start) => {
      const left = k.let(k.index(start));
      const leftEnd = upTo(plus(start, length));
      // A register of its own: `leftEnd` stays.
      const right = k.let(k.add(leftEnd, int(0)));
      const rightEnd = upTo(plus(start, 2 * length));
      k.for(
        "out",
        start,
        plus(start, 2 * length),
        (out) => {
          const leftKey = k.let(k.load(buffer, plus(from.keys, toIndex(k.letIndex("left", left)))));
          const rightKey = k.let(
            k.load(buffer, plus(from.keys, toIndex(k.letIndex("right", right)))),
          );
          const takesLeft = k.let(
            k.binary(
              "and",
              k.compare("lt", left, leftEnd),
              k.binary("or", k.compare("ge", right, rightEnd), k.compare("le", leftKey, rightKey)),
            ),
          );
          const chosen = k.letIndex("chosen", k.select(takesLeft, left, right));
          k.store(buffer, plus(to.keys, out), k.select(takesLeft, leftKey, rightKey));
          k.store(
            buffer,
            plus(to.positions, out),
            k.load(buffer, plus(from.positions, toIndex(chosen))),
          );
          const step = k.let(k.convert(takesLeft, "int"));
          k.set(left, k.add(left, step));
          k.set(right, k.add(right, k.binary("sub", int(1), step)));
        },
        { limit: count },
      );
    },
    { step: 2 * length },
  );
}
