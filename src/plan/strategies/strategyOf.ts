// How reductions, and ops with kernels of their own, are computed.
import { lowerConcat, lowerPad } from "../lower/boxes.ts";
import { lowerFoldWindows } from "../lower/foldWindows.ts";
import { lowerGather, lowerScatter } from "../lower/gather.ts";
import { lowerIndexAdd } from "../lower/indexAdd.ts";
import type { PlanTarget, Strategies, Strategy, StrategySets } from "../planner.ts";
import { sets } from "./atOnce.ts";

/** On any machine. */
const always: Strategies = {
  pad: lowerPad,
  concat: lowerConcat,
  foldWindows: lowerFoldWindows,
  indexAdd: lowerIndexAdd,
  gather: lowerGather,
  scatter: lowerScatter,
  scatterAdd: lowerScatter,
};

/** The strategy for an op: by groups of invocations where there are any, by element, or by thread. */
export function strategyOf(name: string, { grain, workgroup }: PlanTarget): Strategy {
  const byGroups = workgroup === undefined ? undefined : sets.group[name];
  const byElement = grain === "element" ? sets.element[name] : undefined;
  const strategy = byGroups ?? byElement ?? always[name] ?? sets.thread[name];
  if (strategy === undefined) throw new Error(`plan: no strategy for ${name}`);
  return strategy;
}

/** Adds strategies that were loaded. */
export function provide(loaded: Partial<StrategySets>): void {
  Object.assign(sets, loaded);
}
