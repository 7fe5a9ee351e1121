// The first maxima of windows, where each chunk makes one element; NaN counts as the maximum. The gradient of max pooling takes two
// kernels: for each window the number of the tap that holds its first maximum, then for each pixel the sum over
// the windows that cover it and whose tap it is.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value } from "../../kernel/ir.ts";
import type { MaxWindowsParams } from "../../ops/maxWindows.ts";
import type { WindowsParams } from "../../ops/windows.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { plainOperand } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { type AxisIndex, fixed, inLane, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { withEpilogue } from "./boxes.ts";
import { ifAll, isAtLeast, isBelow, overCovering, type WindowAxis } from "./covering.ts";
import { launchElements } from "./elementKernel.ts";

type Axes = readonly [down: WindowAxis, across: WindowAxis];
type At = readonly [n: AxisIndex, c: AxisIndex, i: AxisIndex, j: AxisIndex];

function axesOf(
  { shape }: Node,
  { kernel, stride, dilation }: WindowsParams,
  windows: readonly number[],
  before: readonly [number, number],
): Axes {
  const axis = (a: 0 | 1): WindowAxis => ({
    size: shape[a + 2] as number,
    before: before[a],
    windows: windows[a + 2] as number,
    kernel: kernel[a],
    stride: stride[a],
    dilation: dilation[a],
  });
  return [axis(0), axis(1)];
}

export function maxWindowsGradByElement(planner: Planner, { node, core }: Root): void {
  const [x, grad] = core.inputs as [Node, Node];
  const params = core.params as MaxWindowsParams;
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const axes = axesOf(x, params, grad.shape, [params.border[0], params.border[2]]);
  const [xPlace, gradPlace] = [plainOperand(planner, x), plainOperand(planner, grad)];
  const winners = planner.temporary(core, grad.shape, "int32");
  const find = {
    name: "maxWindowsFind",
    box: grad.shape,
    writes: [winners],
    flops: sizeOf(x.shape),
  };
  launchElements(planner, find, (w, at) => {
    w.store(winners, at, firstMaximum(w, xPlace, axes, at as At), 1);
  });
  const [down, across] = axes;
  const sums = {
    name: "maxWindowsGrad",
    box: core.shape,
    writes: [place],
    flops: sizeOf(core.shape),
  };
  launchElements(planner, sums, (w, at) => {
    const { k } = w;
    const [n, c, y, column] = at as At;
    const sum = k.let(k.const(0));
    overCovering(w, inLane(y, 0), down, (i, u) => {
      overCovering(w, inLane(column, 0), across, (j, v) => {
        const window = [n, c, fixed(i), fixed(j)];
        const tap = k.index(plus(times(u, across.kernel), v));
        k.if(k.compare("eq", w.load(winners, window, 1), tap), () => {
          k.set(sum, k.add(sum, w.load(gradPlace, window, 1)));
        });
      });
    });
    w.store(place, at, withEpilogue(w, node, core, sum, at, 1), 1);
  });
}

export function maxWindowsTakeByElement(planner: Planner, { node, core }: Root): void {
  const [x, values] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const axes = axesOf(x, core.params as WindowsParams, core.shape, [0, 0]);
  const [xPlace, valuePlace] = [plainOperand(planner, x), plainOperand(planner, values)];
  const [down, across] = axes;
  const kernel = {
    name: "maxWindowsTake",
    box: core.shape,
    writes: [place],
    flops: sizeOf(x.shape),
  };
  launchElements(planner, kernel, (w, at) => {
    const { k } = w;
    const [n, c, i, j] = at as At;
    const winner = firstMaximum(w, xPlace, axes, at as At);
    const u = k.letIndex("row", k.quotient(winner, across.kernel));
    const v = plus(k.letIndex("tap", winner), times(u, -across.kernel));
    const pixel = [n, c, fixed(under(i, down, u)), fixed(under(j, across, v))];
    const taken = k.let(w.load(valuePlace, pixel, 1));
    w.store(place, at, withEpilogue(w, node, core, taken, at, 1), 1);
  });
}

/** The pixel under a tap of a window. */
function under(window: AxisIndex, { stride, dilation, before }: WindowAxis, tap: IndexLike) {
  return plus(plus(times(inLane(window, 0), stride), times(tap, dilation)), -before);
}

/** The number of the tap that holds the first maximum of a window: 0 where there is nothing but −∞. */
function firstMaximum(w: KernelWriter, x: Place, [down, across]: Axes, [n, c, i, j]: At): Value {
  const { k } = w;
  const most = k.let(k.const(Number.NEGATIVE_INFINITY));
  const winner = k.let(k.const(0, 1, "int"));
  overPixels(w, i, down, (y, u) => {
    overPixels(w, j, across, (column, v) => {
      const value = k.let(w.load(x, [n, c, fixed(y), fixed(column)], 1));
      // Larger, or the first NaN: comparisons with NaN are false.
      const isFirst = k.let(
        k.binary("and", k.unary("not", k.compare("le", value, most)), k.compare("eq", most, most)),
      );
      const tap = k.index(plus(times(u, across.kernel), v));
      k.set(winner, k.select(isFirst, tap, winner));
      k.set(most, k.select(isFirst, value, most));
    });
  });
  return winner;
}

/** Visits the pixels under the taps of a window along one axis, but not those of the border, which are −∞. */
function overPixels(
  w: KernelWriter,
  window: AxisIndex,
  axis: WindowAxis,
  visit: (pixel: IndexLike, tap: IndexLike) => void,
): void {
  const { size, before, windows, kernel, stride, dilation } = axis;
  const isPastEnd = (windows - 1) * stride + (kernel - 1) * dilation - before >= size;
  w.k.for("tap", 0, kernel, (tap) => {
    const pixel = under(window, axis, tap);
    const conditions = [
      ...(before > 0 ? [isAtLeast(w, pixel, 0)] : []),
      ...(isPastEnd ? [isBelow(w, pixel, size)] : []),
    ];
    ifAll(w, conditions, () => visit(pixel, tap));
  });
}
