// What convolution layers share: checks of their channels, and the text in which they print themselves.
import type { Padding1d, PadMode } from "../ops/index.ts";
import { OptionError } from "../tensor/errors.ts";
import {
  checkInteger,
  formatPair,
  formatSize,
  isAll,
  type Padding2d,
  type Size2d,
} from "./checks.ts";

/** What is around the input: zeros, or the input continued as `pad` of that mode does. */
export type PaddingMode = "zeros" | Exclude<PadMode, "constant">;

const paddingModes: readonly PaddingMode[] = ["zeros", "reflect", "replicate", "circular"];

/** Throws unless both channel counts are whole numbers that the groups divide. */
export function checkChannels(
  where: string,
  inChannels: number,
  outChannels: number,
  groups: number,
): void {
  checkInteger(where, "inChannels", inChannels);
  checkInteger(where, "outChannels", outChannels);
  checkInteger(where, "groups", groups);
  for (const [name, channels] of Object.entries({ inChannels, outChannels })) {
    if (channels % groups !== 0) {
      throw new OptionError(
        `${where}: ${name} (${channels}) is not divisible by groups (${groups})`,
      );
    }
  }
}

/** The mode, if there is one of that name. */
export function checkPaddingMode(where: string, mode: PaddingMode): PaddingMode {
  if (paddingModes.includes(mode)) return mode;
  throw new OptionError(`${where}: there is no paddingMode "${mode as string}"`, {
    hint: `use ${paddingModes.map((name) => `"${name}"`).join(", ")}`,
  });
}

interface Convolution {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Padding2d | Padding1d;
  readonly paddingMode?: PaddingMode;
  readonly outputPadding?: Size2d;
  readonly dilation: Size2d;
  readonly groups: number;
  readonly bias: object | null;
}

/** What differs from the defaults: `3 -> 64, kernel 7x7, stride 2, padding 3`. */
export function convolutionText(
  layer: Convolution,
  kernel: string = formatSize(layer.kernelSize),
): string {
  const { stride, padding, outputPadding = 0, paddingMode = "zeros", dilation, groups } = layer;
  const parts = [`${layer.inChannels} -> ${layer.outChannels}`, `kernel ${kernel}`];
  if (!isAll(stride, 1)) parts.push(`stride ${formatPair(stride)}`);
  if (!isAll(padding, 0)) parts.push(`padding ${formatPair(padding)}`);
  if (paddingMode !== "zeros") parts.push(paddingMode);
  if (!isAll(outputPadding, 0)) parts.push(`outputPadding ${formatPair(outputPadding)}`);
  if (!isAll(dilation, 1)) parts.push(`dilation ${formatPair(dilation)}`);
  if (groups !== 1) parts.push(`groups ${groups}`);
  if (layer.bias === null) parts.push("no bias");
  return parts.join(", ");
}
