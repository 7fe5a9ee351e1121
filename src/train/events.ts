// What training tells while it runs: plain data that survives JSON, for progress displays, logs and
// the studio alike.
import type { ScheduleState } from "./schedule.ts";

/** Results of one finished epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken since training began. */
  readonly step: number;
  /** Mean loss over the epoch's images, each as it was when it was trained on. */
  readonly loss: number;
  /** Share of the epoch's images that were classified correctly when they were trained on. */
  readonly accuracy: number;
  /** Results on the validation data after the epoch; `null` without validation data. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Time spent training, without validation. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
}

/** Training begins, or goes on after a resume. */
export interface StartEvent {
  readonly type: "start";
  readonly parameters: number;
  readonly images: number;
  readonly validationImages: number | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly optimizer: string;
  readonly lr: number;
  /** Steps already taken: 0 unless training was resumed. */
  readonly step: number;
}

/** Progress inside an epoch, about ten times a second. Loss and accuracy are those of the epoch so far. */
export interface StepEvent {
  readonly type: "step";
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken since training began. */
  readonly step: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly lr: number;
  /** Since the last such event. */
  readonly imagesPerSecond: number;
  /** Time spent in this epoch so far. */
  readonly seconds: number;
}

/** An epoch is finished and validated. */
export interface EpochEvent extends EpochRecord {
  readonly type: "epoch";
}

/** The signal asked to stop; the last step was finished. */
export interface InterruptEvent {
  readonly type: "interrupt";
  /** Epoch it happened in, counted from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly stepInEpoch: number;
}

/** Training is over. */
export interface EndEvent {
  readonly type: "end";
  readonly epochs: number;
  readonly step: number;
  readonly interrupted: boolean;
  /** Since the start event. */
  readonly seconds: number;
}

/** What happens while a network is trained, as plain data; `type` tells which. */
export type TrainEvent = StartEvent | StepEvent | EpochEvent | InterruptEvent | EndEvent;

/** What `fit` returns. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Steps taken since training began. */
  readonly step: number;
  /** Was training stopped by its signal? */
  readonly interrupted: boolean;
}

/**
 * Where training stands, between two steps, besides the values of the network and the optimizer:
 * with those, going on gives the same bits as never having stopped.
 */
export interface TrainState {
  /** Finished epochs. */
  readonly epoch: number;
  readonly step: number;
  /** Steps taken in the unfinished epoch. */
  readonly stepInEpoch: number;
  readonly seed: number;
  readonly batchSize: number;
  /** Batches in a step. */
  readonly accumulate: number;
  readonly shuffle: boolean;
  /** Size of the training data. */
  readonly images: number;
  /** Sums over the unfinished epoch. */
  readonly lossSum: number;
  readonly correct: number;
  readonly secondsInEpoch: number;
  readonly history: readonly EpochRecord[];
  /** What the schedule of the learning rate remembers; null without one. */
  readonly schedule?: ScheduleState | null;
}
