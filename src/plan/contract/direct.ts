// Convolutions of few channels, and depthwise ones: an invocation computes all channels of its group at one position, so each pixel
// that it loads serves all of them.
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Value, Workgroup } from "../../kernel/ir.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { ConvSizes } from "../conv2d/shared.ts";
import { convFlops } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { withEpilogue } from "../lower/boxes.ts";
import { indicesOf } from "../lower/loops.ts";
import { fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { sumParts } from "./parts.ts";
import { type GradPhase, gradientAt, inputAt } from "./positions.ts";

export function lowerForwardDirect(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  operands: { readonly x: Place; readonly weight: Place },
): void {
  const { batch, groups, inPerGroup, outPerGroup, down, across } = sizes;
  const w = planner.writer("conv2d");
  w.writes(place);
  const shape = [batch, groups, down.outSize, across.outSize] as const;
  const [n, group, i, j] = indicesOf(w, w.k.chunk, shape);
  const channel = (o: number): IndexLike => plus(times(group, outPerGroup), o);
  const sums = zeros(w, outPerGroup);
  overTaps(w, [inPerGroup, down.kernel, across.kernel], (tap) => {
    const pixel = w.k.let(inputAt(w, sizes, operands.x, group, [n, i, j], tap));
    sums.forEach((sum, o) => {
      const weight = w.load(operands.weight, [channel(o), ...tap].map(fixed), 1);
      w.k.set(sum, w.k.fma(pixel, weight, sum));
    });
  });
  sums.forEach((sum, o) => {
    const at = [n, channel(o), i, j].map(fixed);
    w.store(place, at, withEpilogue(w, root.node, root.core, sum, at, 1), 1);
  });
  planner.launch(w, sizeOf(shape), { flops: convFlops(sizes) });
}

export function lowerInputGradDirect(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  operands: { readonly grad: Place; readonly weight: Place },
  phase: GradPhase,
): void {
  const { batch, groups, inPerGroup, outPerGroup } = sizes;
  const shape = [batch, groups, phase.down.count, phase.across.count] as const;
  if (sizeOf(shape) === 0) return;
  const w = planner.writer("conv2dInputGrad");
  w.writes(place);
  const [n, group, q, r] = indicesOf(w, w.k.chunk, shape);
  const sums = zeros(w, inPerGroup);
  overTaps(w, [outPerGroup, phase.down.taps, phase.across.taps], ([o, u, v]) => {
    const gradient = w.k.let(
      gradientAt(w, sizes, operands.grad, group, phase, [n, q, r], [o, u, v]),
    );
    const tap = [phase.down.tap(u), phase.across.tap(v)];
    const out = plus(times(group, outPerGroup), o);
    sums.forEach((sum, c) => {
      const weight = w.load(operands.weight, [out, c, ...tap].map(fixed), 1);
      w.k.set(sum, w.k.fma(gradient, weight, sum));
    });
  });
  sums.forEach((sum, c) => {
    const channel = plus(times(group, inPerGroup), c);
    const at = [n, channel, phase.down.pixel(q), phase.across.pixel(r)].map(fixed);
    w.store(place, at, withEpilogue(w, root.node, root.core, sum, at, 1), 1);
  });
  const taps = outPerGroup * phase.down.taps * phase.across.taps;
  planner.launch(w, sizeOf(shape), { flops: 2 * sizeOf(shape) * inPerGroup * taps });
}

/** An invocation for each weight and part of the images. */
export function lowerWeightGradDirect(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  operands: { readonly x: Place; readonly grad: Place },
): void {
  const { core } = root;
  const { batch, outChannels, inPerGroup, outPerGroup, down, across } = sizes;
  const { busy } = planner.target.workgroup as Workgroup;
  const most = Math.max(1, Math.min(batch, Math.ceil(busy / sizeOf(core.shape))));
  const perPart = Math.ceil(batch / most);
  const parts = Math.ceil(batch / perPart);
  const partial = parts === 1 ? null : planner.temporary(core, [parts, ...core.shape]);
  const w = planner.writer("conv2dWeightGrad");
  w.writes(partial ?? place);
  const weights = [
    outChannels / outPerGroup,
    outPerGroup,
    inPerGroup,
    down.kernel,
    across.kernel,
  ] as const;
  const [part, group, o, ...tap] = indicesOf(w, w.k.chunk, [parts, ...weights]);
  const out = plus(times(group, outPerGroup), o);
  const [sum] = zeros(w, 1) as [Value];
  const from = times(part, perPart);
  w.k.for(
    "n",
    from,
    plus(from, perPart),
    (n) =>
      overTaps(w, [1, down.outSize, across.outSize], ([, i, j]) => {
        const gradient = w.load(operands.grad, [n, out, i, j].map(fixed), 1);
        const pixel = inputAt(w, sizes, operands.x, group, [n, i, j], tap);
        w.k.set(sum, w.k.fma(gradient, pixel, sum));
      }),
    { limit: batch },
  );
  const at = [out, ...tap].map(fixed);
  if (partial === null) w.store(place, at, withEpilogue(w, root.node, root.core, sum, at, 1), 1);
  else w.store(partial, [fixed(part), ...at], sum, 1);
  planner.launch(w, parts * sizeOf(core.shape), { flops: convFlops(sizes) });
  if (partial === null) return;
  sumParts(planner, root, place, {
    name: "conv2dWeightGrad",
    partial,
    box: core.shape,
    target: (_, index) => index,
  });
}

function zeros(w: KernelWriter, count: number): Value[] {
  return Array.from({ length: count }, () => w.k.let(w.k.const(0)));
}

function overTaps(
  w: KernelWriter,
  [first, second, third]: readonly [number, number, number],
  body: (tap: readonly [IndexLike, IndexLike, IndexLike]) => void,
): void {
  w.k.for("c", 0, first, (c) => {
    w.k.for("u", 0, second, (u) => {
      w.k.for("v", 0, third, (v) => body([c, u, v]));
    });
  });
}
