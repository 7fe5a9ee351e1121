// Strategies for machines on which a chunk is work for a thread: vectors, tiles in registers, rows that stay in the caches.
import { lowerConv2d } from "../conv2d/forward.ts";
import { lowerConv2dInputGrad } from "../conv2d/inputGrad.ts";
import { lowerConv2dWeightGrad } from "../conv2d/weightGrad.ts";
import { lowerArgsort } from "../lower/argsort.ts";
import { lowerCumsum } from "../lower/cumsum.ts";
import { lowerMatmul } from "../lower/matmul.ts";
import { lowerMaxWindowsTake } from "../lower/maxWindows.ts";
import { lowerMaxWindowsGrad } from "../lower/maxWindowsGrad.ts";
import { lowerReduce } from "../lower/reduce.ts";
import type { Strategies } from "../planner.ts";

export const thread: Strategies = {
  reduce: lowerReduce,
  matmul: lowerMatmul,
  conv2d: lowerConv2d,
  conv2dInputGrad: lowerConv2dInputGrad,
  conv2dWeightGrad: lowerConv2dWeightGrad,
  maxWindowsGrad: lowerMaxWindowsGrad,
  maxWindowsTake: lowerMaxWindowsTake,
  argsort: lowerArgsort,
  cumsum: lowerCumsum,
};
