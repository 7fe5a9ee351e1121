// Strategies for machines that run thousands of chunks at a time, each for one element of the result.
import {
  lowerConv2dByGroups,
  lowerInputGradByGroups,
  lowerWeightGradByGroups,
} from "../contract/conv2d.ts";
import { lowerMatmulByGroups } from "../contract/matmul.ts";
import { argsortByElement } from "../lower/argsortElements.ts";
import { cumsumByElement } from "../lower/cumsumElements.ts";
import { maxWindowsGradByElement, maxWindowsTakeByElement } from "../lower/maxWindowsElements.ts";
import { reducePasses } from "../lower/reducePasses.ts";
import type { Strategies } from "../planner.ts";

export const element: Strategies = {
  reduce: reducePasses,
  maxWindowsGrad: maxWindowsGradByElement,
  maxWindowsTake: maxWindowsTakeByElement,
  argsort: argsortByElement,
  cumsum: cumsumByElement,
};

/** By groups of invocations that share memory, where the machine has such groups. */
export const group: Strategies = {
  matmul: lowerMatmulByGroups,
  conv2d: lowerConv2dByGroups,
  conv2dInputGrad: lowerInputGradByGroups,
  conv2dWeightGrad: lowerWeightGradByGroups,
};
