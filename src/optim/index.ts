// Optimizers and schedules of their learning rates.
export * from "./adagrad.ts";
export * from "./adam.ts";
export * from "./adamw.ts";
export * from "./clipGrad.ts";
export {
  Optimizer,
  type OptimizerFactory,
  type OptimizerState,
  type RuleResult,
  type Update,
} from "./optimizer.ts";
export * from "./rmsprop.ts";
export * from "./schedules/index.ts";
export * from "./sgd.ts";
