// Optimizers.
export * from "./adam.ts";
export {
  Optimizer,
  type OptimizerFactory,
  type OptimizerState,
  type RuleResult,
  type Update,
} from "./optimizer.ts";
export * from "./sgd.ts";
