// Convolution and its gradients as products of matrices. No matrix is made: positions are taken apart into images, channels and
// pixels as the elements are loaded, and taps outside the image count as 0.
//
//   forward      y[o, nij]  = Σ over cuv  w[o, cuv] · x[cuv, nij]
//   input grad   dx[c, nyx] = Σ over ouv  w[c, ouv] · dy[ouv, nyx], apart for each phase of the stride
//   weight grad  dw[o, cuv] = Σ over nij  dy[o, nij] · x[nij, cuv]
//
// Groups of channels are products beside each other. Where a group has few channels, most of a tile would be empty: then
// each invocation computes all channels at its own position (direct.ts).
import { type IndexLike, plus, times } from "../../kernel/indexing.ts";
import type { Conv2dParams } from "../../ops/conv2dLoops.ts";
import type { Node } from "../../tensor/node.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type ConvSizes, convSizes, plainOperand, turnedSizes } from "../conv2d/shared.ts";
import type { Root } from "../group.ts";
import { indicesOf } from "../lower/loops.ts";
import { fixed, type Place } from "../place.ts";
import { isEmpty, type Planner } from "../planner.ts";
import { lowerForwardDirect, lowerInputGradDirect, lowerWeightGradDirect } from "./direct.ts";
import { type GradPhase, gradientAt, gradPhases, inputAt } from "./positions.ts";
import { lowerProduct } from "./product.ts";
import {
  lowerWeightGradWinogradByGroups,
  lowerWinogradByGroups,
  winogradPays,
} from "./winograd.ts";

/** With fewer channels than this in a group, tiles are too empty. */
const fewChannels = 8;

export function lowerConv2dByGroups(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, weight] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(x.shape, weight.shape, core.shape, core.params as Conv2dParams);
  const operands = { x: plainOperand(planner, x), weight: plainOperand(planner, weight) };
  if (sizes.outPerGroup < fewChannels)
    return lowerForwardDirect(planner, root, place, sizes, operands);
  const { down, across, inPerGroup, outPerGroup } = sizes;
  const taps = [inPerGroup, down.kernel, across.kernel] as const;
  const positions = [sizes.batch, down.outSize, across.outSize] as const;
  const direct = {
    batches: sizes.groups,
    rows: outPerGroup,
    columns: sizeOf(positions),
    depth: sizeOf(taps),
  };
  if (winogradPays(planner, sizes, "forward", direct))
    return lowerWinogradByGroups(planner, root, place, sizes, false);
  const channel = (group: IndexLike, o: IndexLike) => plus(times(group, outPerGroup), o);
  lowerProduct(planner, root, place, {
    name: "conv2d",
    sizes: direct,
    left: (w, group) => ({
      along: "depth",
      value: (o, k) => {
        const at = [channel(group, o), ...indicesOf(w, k, taps)];
        return w.load(operands.weight, at.map(fixed), 1);
      },
    }),
    right: (w, group) => ({
      along: "side",
      value: (position, k) => {
        const output = indicesOf(w, position, positions);
        return inputAt(w, sizes, operands.x, group, output, indicesOf(w, k, taps));
      },
    }),
    target: (w, group, o, position) => {
      const [n, i, j] = indicesOf(w, position, positions);
      return [n, channel(group, o), i, j].map(fixed);
    },
  });
}

export function lowerWeightGradByGroups(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [x, grad] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(x.shape, core.shape, grad.shape, core.params as Conv2dParams);
  const operands = { x: plainOperand(planner, x), grad: plainOperand(planner, grad) };
  const { down, across, inPerGroup, outPerGroup } = sizes;
  if (sizes.groups > 1 && outPerGroup < fewChannels)
    return lowerWeightGradDirect(planner, root, place, sizes, operands);
  const taps = [inPerGroup, down.kernel, across.kernel] as const;
  const positions = [sizes.batch, down.outSize, across.outSize] as const;
  const direct = {
    batches: sizes.groups,
    rows: outPerGroup,
    columns: sizeOf(taps),
    depth: sizeOf(positions),
  };
  if (winogradPays(planner, sizes, "weightGrad", direct))
    return lowerWeightGradWinogradByGroups(planner, root, place, sizes);
  const channel = (group: IndexLike, o: IndexLike) => plus(times(group, outPerGroup), o);
  lowerProduct(planner, root, place, {
    name: "conv2dWeightGrad",
    sizes: direct,
    left: (w, group) => ({
      along: "depth",
      value: (o, position) => {
        const [n, i, j] = indicesOf(w, position, positions);
        return w.load(operands.grad, [n, channel(group, o), i, j].map(fixed), 1);
      },
    }),
    right: (w, group) => ({
      along: "depth",
      value: (tap, position) => {
        const output = indicesOf(w, position, positions);
        return inputAt(w, sizes, operands.x, group, output, indicesOf(w, tap, taps));
      },
    }),
    target: (w, group, o, tap) => [channel(group, o), ...indicesOf(w, tap, taps)].map(fixed),
  });
}

export function lowerInputGradByGroups(planner: Planner, root: Root): void {
  const { node, core } = root;
  const [grad, weight] = core.inputs as [Node, Node];
  const place = planner.place(node, "plain");
  if (isEmpty(node)) return;
  const sizes = convSizes(core.shape, weight.shape, grad.shape, core.params as Conv2dParams);
  const operands = { grad: plainOperand(planner, grad), weight: plainOperand(planner, weight) };
  const turned = turnedSizes(sizes);
  const direct = {
    batches: sizes.groups,
    rows: sizes.inPerGroup,
    columns: sizes.batch * sizes.down.size * sizes.across.size,
    depth: sizes.outPerGroup * sizes.down.kernel * sizes.across.kernel,
  };
  if (winogradPays(planner, turned, "inputGrad", direct))
    return lowerWinogradByGroups(planner, root, place, turned, true);
  for (const phase of gradPhases(sizes)) {
    if (sizes.inPerGroup < fewChannels)
      lowerInputGradDirect(planner, root, place, sizes, operands, phase);
    else lowerInputGradPhase(planner, root, place, sizes, operands, phase);
  }
}

/** Pixels that are one stride apart see the same taps. */
function lowerInputGradPhase(
  planner: Planner,
  root: Root,
  place: Place,
  sizes: ConvSizes,
  operands: { readonly grad: Place; readonly weight: Place },
  phase: GradPhase,
): void {
  const { inPerGroup, outPerGroup } = sizes;
  const taps = [outPerGroup, phase.down.taps, phase.across.taps] as const;
  const pixels = [sizes.batch, phase.down.count, phase.across.count] as const;
  lowerProduct(planner, root, place, {
    name: "conv2dInputGrad",
    sizes: {
      batches: sizes.groups,
      rows: inPerGroup,
      columns: sizeOf(pixels),
      depth: sizeOf(taps),
    },
    left: (w, group) => ({
      along: sizes.down.kernel * sizes.across.kernel === 1 ? "side" : "depth",
      value: (c, k) => {
        const [o, u, v] = indicesOf(w, k, taps);
        const out = plus(times(group, outPerGroup), o);
        const at = [out, c, phase.down.tap(u), phase.across.tap(v)];
        return w.load(operands.weight, at.map(fixed), 1);
      },
    }),
    right: (w, group) => ({
      along: "side",
      value: (position, k) => {
        const pixel = indicesOf(w, position, pixels);
        const tap = indicesOf(w, k, taps);
        return gradientAt(w, sizes, operands.grad, group, phase, pixel, tap);
      },
    }),
    target: (w, group, c, position) => {
      const [n, q, r] = indicesOf(w, position, pixels);
      const channel = plus(times(group, inPerGroup), c);
      return [n, channel, phase.down.pixel(q), phase.across.pixel(r)].map(fixed);
    },
  });
}
