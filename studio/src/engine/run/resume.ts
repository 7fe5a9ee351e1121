// Where a training may go on that began elsewhere: with other data, another optimizer, or a schedule that is unknown here.
import { type nn, type optim, train } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import { makeOptimizer, makeSchedule } from "./make.ts";
import type { RunSettings } from "./types.ts";

/** Puts a checkpoint's values into the network, and into the optimizer if it is the same one. */
export function restoreInto(
  net: nn.Module,
  optimizer: optim.Optimizer,
  checkpoint: train.Checkpoint,
): void {
  if (checkpoint.optimizer !== null) {
    try {
      train.restore(net, optimizer, checkpoint);
      return;
    } catch {
      // Of another optimizer, perhaps: a network that does not fit is found below.
    }
  }
  train.restore(net, null, checkpoint);
}

/**
 * The point from which `fit` can go on with these settings. Where data or batches are not those of then, the epoch that
 * was under way begins anew.
 */
export function resumable(
  saved: train.TrainState,
  settings: RunSettings,
  images: number,
): train.TrainState {
  const { seed, batchSize } = settings;
  const isSame =
    saved.images === images &&
    saved.seed === seed &&
    saved.batchSize === batchSize &&
    saved.accumulate === 1;
  if (isSame) return saved;
  const begun = { stepInEpoch: 0, lossSum: 0, correct: 0, secondsInEpoch: 0 };
  return { ...saved, ...begun, images, seed, batchSize, accumulate: 1 };
}

/** Is the schedule that these settings make the one that was followed, or over? */
export function keepsSchedule(
  saved: train.TrainState,
  settings: RunSettings,
  net: nn.Module,
  stepsPerEpoch: number,
): boolean {
  if (saved.epoch >= settings.epochs) return true;
  const { schedule } = makeSchedule(settings, stepsPerEpoch);
  const state = saved.schedule ?? null;
  if (schedule === undefined || state === null) return schedule === undefined && state === null;
  try {
    schedule(makeOptimizer(settings, net)).loadStateDict(state as never);
    return true;
  } catch {
    return false;
  }
}

/** The same point with the rates that the optimizer has now: a person may have changed them since. */
export function withPresentRates(
  state: train.TrainState,
  optimizer: optim.Optimizer,
): train.TrainState {
  const { schedule = null } = state;
  // One cycle sets every step's rate by itself.
  if (schedule === null || !("lastLr" in schedule) || schedule.type === "OneCycleLR") return state;
  const lastLr = optimizer.paramGroups.map(({ lr }) => lr);
  return { ...state, schedule: { ...schedule, lastLr } as typeof schedule };
}

/** The point that the network stands at after it diverged: its last good one. */
export function beforeDivergence(state: train.TrainState, error: unknown): train.TrainState {
  if (!(error instanceof train.DivergedError)) return state;
  const undone = state.step - error.goodStep;
  return { ...state, step: error.goodStep, stepInEpoch: state.stepInEpoch - undone };
}

/** @throws StudioError where the schedule sets the rate of each step */
export function checkRateIsFree({ schedule, epochs }: RunSettings, finishedEpochs: number): void {
  if (schedule !== "one-cycle" || finishedEpochs >= epochs) return;
  throw new StudioError(
    {
      en: "the schedule one-cycle sets the learning rate of each step",
      zh: "单周期调度会设定每一步的学习率",
    },
    {
      hint: {
        en: "choose another schedule to change the rate by hand",
        zh: "要手动修改学习率，请选择其他调度",
      },
    },
  );
}
