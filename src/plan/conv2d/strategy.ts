// Which way a convolution is computed. Each is a file of this folder; the figures are one thread's in WebAssembly, whose peak is
// 63 GFLOP/s (benchmarks/RESULTS.md).
//
//   direct            lanes over images, or, where these do not fill vectors, over neighbouring positions of a row. Any kernel,
//                     stride, dilation, groups. 45 to 59 GFLOP/s.
//   channels          lanes over output channels, weights packed. Forward, for batches that do not fill vectors, where rows
//                     are short or read with a stride: 54 instead of 17 GFLOP/s at [1, 512, 3, 3], 55 instead of 24 at stride 2.
//                     Pictures of a few positions stay in one register tile, without the taps outside: 68 at [1, 512, 3, 3].
//   oneByOne          1 x 1, forward and the gradient of the input: pixels of all channels copied into panels. 43 to 55 GFLOP/s.
//   winograd          3 x 3, stride 1, lanes over images: a quarter to a half of the multiplications. 115 to 165 effective.
//   winogradChannels  the same with lanes over channels, forward, for batches that do not fill vectors; weights lie in the
//                     panels in which the product reads them. 190 effective (without its transforms) at [1, 64, 24, 24]
//                     and [1, 128, 12, 12], 80 at [1, 256, 6, 6], where reading the weights is what costs.
import type { Node } from "../../tensor/node.ts";
import type { Planner } from "../planner.ts";
import { fitsChannelLanes } from "./channelLanes.ts";
import { fitsOneByOne } from "./oneByOne.ts";
import { type ConvSizes, turnedSizes } from "./shared.ts";
import { winogradForm } from "./winograd.ts";
import { winogradChannelForm } from "./winogradChannels.ts";
import type { WinogradForm } from "./winogradForms.ts";

export type Strategy =
  | { readonly name: "direct" }
  | { readonly name: "channels" }
  | { readonly name: "oneByOne" }
  | { readonly name: "winograd"; readonly form: WinogradForm }
  | { readonly name: "winogradChannels"; readonly form: WinogradForm };

/**
 * Chooses for one direction.
 * @param sizes of the convolution itself, also for its gradients
 * @param inBatch images in the lanes; 1 where the batch does not fill vectors
 */
export function strategyFor(
  planner: Planner,
  direction: "forward" | "inputGrad" | "weightGrad",
  sizes: ConvSizes,
  inBatch: number,
  weight: Node,
): Strategy {
  if (direction !== "weightGrad" && fitsOneByOne(planner, sizes, inBatch))
    return { name: "oneByOne" };
  if (inBatch > 1) {
    // The gradient of the input is a convolution with turned weights.
    const form = winogradForm(planner, direction === "inputGrad" ? turnedSizes(sizes) : sizes);
    return form === null ? { name: "direct" } : { name: "winograd", form };
  }
  if (direction !== "forward") return { name: "direct" };
  const form = winogradChannelForm(planner, weight, sizes);
  if (form !== null) return { name: "winogradChannels", form };
  return { name: fitsChannelLanes(planner, sizes, weight) ? "channels" : "direct" };
}
