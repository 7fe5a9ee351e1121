// Early stopping: no more epochs once they no longer improve the network.
import type { Module } from "../nn/index.ts";
import { copyOf } from "../ops/copyOf.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Callback } from "./callback.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochRecord } from "./events.ts";
import { bestEpoch, checkMeasured, type Metric, type MonitorMode, monitorOf } from "./monitor.ts";

export interface EarlyStoppingOptions {
  /** Watched result of each epoch (default "validationLoss"). */
  readonly monitor?: Metric;
  /** Epochs without improvement that are borne (default 3): one more ends training. */
  readonly patience?: number;
  /** Improvements by no more than this do not count (default 0). */
  readonly minDelta?: number;
  /** Is a smaller value better, or a larger one (default: larger for accuracies, smaller for losses)? */
  readonly mode?: MonitorMode;
  /** Leave the network with the values of its best epoch when training ends (default false). */
  readonly restoreBest?: boolean;
  /** For resumed training: the checkpoint of the best epoch so far (`best.safetensors`). */
  readonly best?: Checkpoint;
}

/**
 * Ends training once the watched result has not improved for more than `patience` epochs. What it decides follows
 * from the history alone, so resumed training stops where uninterrupted training does.
 *
 * @throws OptionError for unknown options or impossible values; from `fit`, if the result is not measured, or if
 *         `restoreBest` lacks the values of an epoch before the resume
 * @example
 * const { train, test } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const callbacks = [earlyStopping({ monitor: "validationLoss", patience: 2, restoreBest: true })];
 * await fit(net, { data: train, validation: test, optimizer: sgd({ lr: 0.1 }), epochs: 2, callbacks });
 * @see Prechelt 1998, "Early stopping - but when?"
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "earlyStopping";
  checkOptions(where, options, ["monitor", "patience", "minDelta", "mode", "restoreBest", "best"]);
  const { patience = 3, restoreBest = false, best: given } = options;
  if (!(Number.isSafeInteger(patience) && patience >= 0)) {
    throw new OptionError(
      `${where}: patience must be a whole number of at least 0, got ${String(patience)}`,
    );
  }
  const monitor = monitorOf(where, options.monitor ?? "validationLoss", options);
  const best = new BestValues();

  const isOver = (history: readonly EpochRecord[]): boolean =>
    history.length - 1 - bestEpoch(where, monitor, history) > patience;

  return {
    async onStart(event, { net, state, stop }) {
      checkMeasured(where, monitor.metric, event);
      best.clear();
      const { history } = await state();
      const at = bestEpoch(where, monitor, history);
      if (restoreBest && at === history.length - 1 && at >= 0) best.take(net);
      else if (restoreBest && at >= 0) best.takeFrom(net, given, at + 1);
      if (isOver(history)) stop();
    },
    async onEpoch(_event, { net, state, stop }) {
      const { history } = await state();
      if (restoreBest && bestEpoch(where, monitor, history) === history.length - 1) best.take(net);
      if (isOver(history)) stop();
    },
    onEnd({ interrupted }, { net }) {
      if (!interrupted) best.restore(net);
    },
  };
}

/** Values of a network, kept in the engine. */
class BestValues {
  #values: Map<string, Tensor> | null = null;

  clear(): void {
    this.#values = null;
  }

  take(net: Module): void {
    this.#values = new Map(
      Array.from(net.stateDict(), ([path, variable]) => [path, copyOf(variable).realize()]),
    );
  }

  takeFrom(net: Module, checkpoint: Checkpoint | undefined, epoch: number): void {
    if (checkpoint?.progress?.history.length !== epoch) {
      throw new OptionError(`earlyStopping: the values of epoch ${epoch}, the best, are not here`, {
        facts: [{ name: "given", value: checkpoint === undefined ? "none" : "of another epoch" }],
        hint: "resume with earlyStopping({ …, best: await loadCheckpoint('…/best.safetensors') })",
      });
    }
    this.#values = new Map(
      Array.from(net.stateDict(), ([path, { dtype }]) => {
        const saved = checkpoint.tensors.get(`model.${path}`);
        if (saved === undefined)
          throw new OptionError(`earlyStopping: the best checkpoint has no model.${path}`);
        return [path, Tensor.ofData(saved.data as Float32Array, saved.shape, dtype)];
      }),
    );
  }

  restore(net: Module): void {
    if (this.#values !== null) net.loadStateDict(this.#values);
  }
}
