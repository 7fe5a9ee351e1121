// Saves checkpoints while training goes on: the last one, and the best one.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Callback, TrainContext } from "./callback.ts";
import { type CheckpointContent, saveCheckpoint } from "./checkpoint.ts";
import { bestEpoch, checkMeasured, type Metric, type MonitorMode, monitorOf } from "./monitor.ts";

export interface CheckpointCallbackOptions {
  /** Existing folder for `last.safetensors` and `best.safetensors`. */
  readonly folder: string;
  /** Name and options by which `createModel` builds the network. */
  readonly model: CheckpointContent["model"];
  /** How it is trained, as plain JSON, kept in the files. */
  readonly settings?: NonNullable<CheckpointContent["settings"]>;
  /** Write `best.safetensors` too (default true). */
  readonly saveBest?: boolean;
  /** Which result says what is best (default validation accuracy; without validation data, training loss). */
  readonly monitor?: Metric;
  /** Is a smaller value better, or a larger one (default: larger for accuracies, smaller for losses)? */
  readonly mode?: MonitorMode;
  /** Save after every so many steps … */
  readonly everySteps?: number;
  /** … or when so many seconds have passed; besides after each epoch and on interruption. */
  readonly everySeconds?: number;
  /** Called after a file was written, with its path: to copy it elsewhere, say. */
  readonly onSave?: (path: string) => void | Promise<void>;
}

/**
 * Writes `last.safetensors` after each epoch, on interruption, and as often in between as asked, and
 * `best.safetensors` after each epoch that is the best so far: by validation accuracy (without validation data:
 * training loss), or by what `monitor` names. Files are replaced whole.
 * @throws OptionError for unknown options or impossible values
 * @example
 * const save = checkpointCallback({ folder: "runs/lenet", model: { name: "lenet", options: {} }, everySeconds: 30 });
 */
export function checkpointCallback(options: CheckpointCallbackOptions): Callback {
  checkOptions("checkpointCallback", options, [
    "folder",
    "model",
    "settings",
    "saveBest",
    "monitor",
    "mode",
    "everySteps",
    "everySeconds",
    "onSave",
  ]);
  const {
    folder,
    model,
    settings = null,
    saveBest = true,
    everySteps,
    everySeconds = Infinity,
  } = options;
  if (everySteps !== undefined && !(Number.isInteger(everySteps) && everySteps > 0)) {
    throw new OptionError(
      `checkpointCallback: everySteps must be a whole number of at least 1, got ${everySteps}`,
    );
  }
  if (!(everySeconds > 0)) {
    throw new OptionError(`checkpointCallback: everySeconds must be above 0, got ${everySeconds}`);
  }
  const given =
    options.monitor === undefined
      ? null
      : monitorOf("checkpointCallback", options.monitor, options);
  let savedAt = 0;

  async function save(
    name: "last" | "best",
    { net, optimizer, ema, classes, normalize, state }: TrainContext,
  ): Promise<void> {
    const about = { model, classes, normalize, settings };
    const content = { net, optimizer, ema, progress: await state(), ...about };
    const path = `${folder}/${name}.safetensors`;
    await saveCheckpoint(path, content);
    await options.onSave?.(path);
    if (name === "last") savedAt = performance.now();
  }

  return {
    ...(everySteps === undefined ? {} : { everySteps }),
    onStart(event) {
      if (given !== null) checkMeasured("checkpointCallback", given.metric, event);
      savedAt = performance.now();
    },
    async onStep(event, context) {
      const stepsDue = everySteps !== undefined && event.step % everySteps === 0;
      if (stepsDue || performance.now() - savedAt >= everySeconds * 1000)
        await save("last", context);
    },
    async onEpoch(event, context) {
      const { history } = await context.state();
      const byDefault = event.validationAccuracy === null ? "loss" : "validationAccuracy";
      const monitor = given ?? monitorOf("checkpointCallback", byDefault, options);
      if (saveBest && bestEpoch("checkpointCallback", monitor, history) === history.length - 1)
        await save("best", context);
      await save("last", context);
    },
    async onInterrupt(_event, context) {
      await save("last", context);
    },
  };
}
