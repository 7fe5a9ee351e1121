// cumsum where each chunk makes the sums of one row, or of one block of a long row: blocks are summed first, then
// their sums so far, from which each block goes on.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { Node } from "../../tensor/node.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { kindOf } from "./accumulate.ts";
import { withEpilogue } from "./boxes.ts";
import { launchElements } from "./elementKernel.ts";

/** A row up to this length is one chunk's work, */
const shortRow = 512;
/** and longer ones too where there are so many. */
const manyRows = 4096;

export function cumsumByElement(planner: Planner, { node, core }: Root): void {
  const [input] = core.inputs as [Node];
  const { axis, reverse } = core.params as { axis: number; reverse: boolean };
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const { shape } = core;
  const count = shape[axis] as number;
  const isWhole = count <= shortRow || sizeOf(shape) / count >= manyRows;
  const length = isWhole ? count : Math.ceil(Math.sqrt(count));
  const blocks = shape.with(axis, Math.ceil(count / length));
  const kind = kindOf(core);

  /** A kernel with a chunk for each row or block: `body` goes on from a register with 0 in it. */
  const launch = (
    chunked: Shape,
    target: Place,
    body: (w: KernelWriter, at: readonly AxisIndex[], total: Value) => void,
  ): void => {
    const kernel = { name: "cumsum", box: chunked, writes: [target], flops: sizeOf(shape) };
    launchElements(planner, kernel, (w, at) => body(w, at, w.k.let(w.k.const(0, 1, kind))));
  };
  /** Adds the elements of a block one after another, and tells where each is. */
  const overBlock = (
    w: KernelWriter,
    block: readonly AxisIndex[],
    total: Value,
    visit: (at: readonly AxisIndex[]) => void,
  ): void => {
    const start = times(inLane(block[axis] as AxisIndex, 0), length);
    w.k.for(
      "i",
      start,
      plus(start, length),
      (i) => {
        const at = block.with(axis, fixed(reverse ? plus(count - 1, times(i, -1)) : i));
        w.k.set(total, w.k.add(total, w.value(input, at, 1)));
        visit(at);
      },
      { limit: count },
    );
  };

  const before = isWhole ? null : sumsBefore();
  launch(blocks, place, (w, block, total) => {
    if (before !== null) w.k.set(total, w.load(before, block, 1));
    overBlock(w, block, total, (at) => {
      w.store(place, at, withEpilogue(w, node, core, total, at, 1), 1);
    });
  });

  /** For each block the sum of all before it. */
  function sumsBefore(): Place {
    const dtype = kind === "float" ? "float32" : "int32";
    const sums = planner.temporary(core, blocks, dtype);
    launch(blocks, sums, (w, block, total) => {
      overBlock(w, block, total, () => {});
      w.store(sums, block, total, 1);
    });
    const running = planner.temporary(core, blocks, dtype);
    launch(blocks.with(axis, 1), running, (w, row, total) => {
      w.k.for("i", 0, blocks[axis] as number, (i) => {
        const at = row.with(axis, fixed(i));
        w.store(running, at, total, 1);
        w.k.set(total, w.k.add(total, w.load(sums, at, 1)));
      });
    });
    return running;
  }
}
