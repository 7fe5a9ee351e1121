// The gradient of max pooling's gradient: for each window, the value where its first maximum is. NaN counts as the maximum.
import { plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { WindowsParams } from "../../ops/windows.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { lanesFor, operand, overImages } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";

/** For each window: visits its taps in order with the mask of lanes whose first maximum is there. */
function overWindow(
  w: KernelWriter,
  x: Place,
  { kernel, stride, dilation }: WindowsParams,
  [image, channel, y, column]: readonly [
    AxisIndex,
    Parameters<typeof times>[0],
    Parameters<typeof times>[0],
    Parameters<typeof times>[0],
  ],
  visit: (isFirst: Value, at: readonly AxisIndex[]) => void,
): void {
  const { k, math } = w;
  const taps: AxisIndex[][] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      taps.push([
        image,
        fixed(channel),
        fixed(plus(times(y, stride[0]), u * dilation[0])),
        fixed(plus(times(column, stride[1]), v * dilation[1])),
      ]);
    }
  }
  const values = taps.map((at) => k.let(w.load(x, at, w.lanes)));
  const largest = values.reduce((a, b) => math.max(a, b));
  let open: Value | null = null;
  values.forEach((value, t) => {
    const isLargest = math.or(math.eq(value, largest), math.ne(value, value));
    const isFirst = open === null ? isLargest : math.and(open, isLargest);
    visit(isFirst, taps[t] as AxisIndex[]);
    open = open === null ? math.not(isLargest) : math.and(open, math.not(isLargest));
  });
}

export function lowerMaxWindowsTake(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, values] = core.inputs as [Node, Node];
  const lanes = lanesFor(planner, x, root);
  const place = planner.place(node, lanes > 1 && planner.mayBatch(node) ? "batch" : "plain");
  if (isEmpty(node)) return;
  const xPlace = operand(planner, x, lanes);
  const valuePlace = operand(planner, values, lanes);
  const [batch, channels, windowsDown, windowsAcross] = core.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const w = planner.writer("maxWindowsTake", lanes);
  w.writes(place);
  const chunks = overImages(w, batch, sizeOf(x.shape) * 8, (image) => {
    w.k.for("c", 0, channels, (c) => {
      w.k.for("i", 0, windowsDown, (i) => {
        w.k.for("j", 0, windowsAcross, (j) => {
          const taken = w.k.let(w.k.const(0, w.lanes));
          overWindow(w, xPlace, core.params as WindowsParams, [image, c, i, j], (isFirst, at) => {
            w.k.set(taken, w.k.select(isFirst, w.load(valuePlace, at, w.lanes), taken));
          });
          const at = [image, fixed(c), fixed(i), fixed(j)];
          w.store(place, at, withEpilogue(w, node, core, taken, at, w.lanes), w.lanes);
        });
      });
    });
  });
  planner.launch(w, chunks, { flops: sizeOf(x.shape) });
}
