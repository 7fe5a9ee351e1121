// How much memory training takes, found by planning a step without running it.
import type { Module } from "../nn/module.ts";
import { planAtOnce } from "../planAtOnce.ts";
import { type EstimateMemoryOptions, type MemoryEstimate, planTraining } from "./planTraining.ts";

export type { EstimateMemoryOptions, MemoryEstimate };

/**
 * How much memory `fit` takes on the present backend, for planning a batch size. The step is planned, not run; the
 * network is left as it is.
 * @throws OptionError for unknown options, or without the shape of the images
 * @example
 * const net = new Sequential(new Conv2d(1, 8, 3), new ReLU(), new Flatten(), new Linear(8 * 26 * 26, 10));
 * const { network } = estimateMemory(net, { inputShape: [1, 28, 28], batchSize: 64, optimizer: sgd({ lr: 0.1 }) });
 * network // 216680
 */
export function estimateMemory(net: Module, options: EstimateMemoryOptions): MemoryEstimate {
  planAtOnce();
  return planTraining(net, options).estimate;
}
