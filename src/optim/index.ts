// Optimizers and schedules of their learning rates.
export * from "./adadelta.ts";
export * from "./adagrad.ts";
export { Adam, type AdamOptions, adam } from "./adam.ts";
export * from "./adamax.ts";
export type { AdamFamilyOptions } from "./adamFamily.ts";
export * from "./adamw.ts";
export { clipGradNorm_, clipGradValue_ } from "./clipGrad.ts";
export * from "./exponentialMovingAverage.ts";
export { type LayerwiseGroup, layerwise } from "./layerwise.ts";
export * from "./nadam.ts";
export {
  Optimizer,
  type OptimizerFactory,
  type RuleContext,
  type RuleResult,
  type Update,
} from "./optimizer.ts";
export type { OptimizerState, SavedGroup } from "./optimizerState.ts";
export type {
  GroupOptions,
  OptimizerOptions,
  ParamGroup,
  ParamsOrGroups,
} from "./paramGroup.ts";
export * from "./radam.ts";
export * from "./rmsprop.ts";
export * from "./schedules/index.ts";
export * from "./sgd.ts";
