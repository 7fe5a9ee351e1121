// Training, evaluation, and what is kept of them.
export { type ResidentDataset, residentOf as resident } from "../data/resident.ts";
export type { Batch, BatchSource } from "./batchInput.ts";
export {
  type AfterEvaluationEvent,
  type AfterStepEvent,
  type Callback,
  type HookEvent,
  onEvent,
  type TrainContext,
  type TrainErrorEvent,
} from "./callback.ts";
export * from "./checkpoint.ts";
export { type CheckpointCallbackOptions, checkpointCallback } from "./checkpointCallback.ts";
export type { CheckpointInfo } from "./checkpointInfo.ts";
export { DivergedError } from "./diverged.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./earlyStopping.ts";
export {
  type EstimateMemoryOptions,
  estimateMemory,
  type MemoryEstimate,
} from "./estimateMemory.ts";
export { type EvaluateOptions, type Evaluation, Evaluator, evaluate } from "./evaluate.ts";
export * from "./events.ts";
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRatePoint,
  type LearningRateRange,
} from "./findLearningRate.ts";
export { freeze, replaceHead, unfreeze } from "./fineTune.ts";
export { type FitOptions, fit } from "./fit.ts";
export { csvLog } from "./log/csvLog.ts";
export { jsonlLog } from "./log/jsonlLog.ts";
export type { StepLogOptions } from "./log/logFile.ts";
export { tensorboard } from "./log/tensorboard.ts";
export * from "./metrics.ts";
export { cutmix, type Mix, mixup } from "./mix.ts";
export type { Metric, MonitorMode } from "./monitor.ts";
export type { Schedule, ScheduleFactory, ScheduleOptions, ScheduleState } from "./schedule.ts";
export { type Loss, type LossLike, Totals, TrainStep, type TrainStepOptions } from "./step.ts";
