// Looking at a network without changing it: nothing is learned and no running statistic moves.
import { noGrad } from "../tensor/state.ts";
import type { Module } from "./module.ts";

/** Runs `body` with the whole network in evaluation mode and no gradients, then restores each module's mode. */
export function inEvaluation<T>(net: Module, body: () => T): T {
  const before = net.modules().map((module) => [module, module.training] as const);
  net.eval();
  try {
    return noGrad(body);
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}
