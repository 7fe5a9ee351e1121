// A run of training: epochs of steps, looked at about ten times a second. Between two looks nothing
// is read back, so that the engine is never kept waiting.
import { type Dataset, type ImageBatch, isStreamed } from "../data/dataset.ts";
import { residentOf } from "../data/resident.ts";
import type { Module } from "../nn/index.ts";
import type { GradLimits } from "../optim/clipGrad.ts";
import type { ExponentialMovingAverage, Optimizer } from "../optim/index.ts";
import { engine } from "../tensor/engine.ts";
import { OptionError } from "../tensor/errors.ts";
import type { Generator } from "../tensor/random.ts";
import type { Batch } from "./batchInput.ts";
import { type Callback, callHook, type HookEvent, notify, type TrainContext } from "./callback.ts";
import { EpochBatches, type EpochBatchesOptions } from "./epochBatches.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import type { EpochRecord, History, TrainEvent, TrainState } from "./events.ts";
import { GradSums } from "./gradSums.ts";
import { LastGood } from "./lastGood.ts";
import type { Mix } from "./mix.ts";
import { Pace } from "./pace.ts";
import type { SchedulePace } from "./schedule.ts";
import { type Loss, stepGenerator, Totals, TrainStep } from "./step.ts";

export interface RunOptions extends GradLimits, EpochBatchesOptions {
  readonly net: Module;
  readonly validation: Dataset | null;
  readonly optimizer: Optimizer;
  /** What the network learns by; validation goes by `validationLoss`. */
  readonly loss: Loss;
  readonly validationLoss: Loss;
  readonly mix: Mix | null;
  readonly schedule: SchedulePace | null;
  readonly ema: ExponentialMovingAverage | null;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | null;
  readonly resume: TrainState | null;
}

const reportEveryMs = 100;

/** A batch that is all of an update, or one of its early batches, or its last. */
interface StepPart {
  readonly indices: Int32Array;
  readonly part: "whole" | "early" | "last";
}

export class TrainRun {
  readonly #options: RunOptions;
  readonly #batches: EpochBatches;
  readonly #totals = new Totals();
  readonly #lastGood: LastGood;
  readonly #steps = new Map<string, TrainStep>();
  readonly #gradSums = new GradSums();
  readonly #evaluator: Evaluator | null;
  readonly #context: TrainContext;
  readonly #pace = new Pace();
  readonly #history: EpochRecord[];

  // Where training stands.
  #epoch: number;
  #step: number;
  #stepInEpoch: number;
  /** A callback asked for no more epochs. */
  #isStopped = false;

  // Time in the epoch: what is in the clock plus what went before it was started.
  #clock = 0;
  #secondsBefore: number;

  // The last look.
  #reportedAt = 0;
  #reportedImages = 0;

  constructor(options: RunOptions) {
    const { net, data, validation, optimizer, ema, validationLoss, batchSize, resume } = options;
    this.#options = options;
    this.#batches = new EpochBatches(options);
    this.#lastGood = new LastGood({ net, optimizer, ema, totals: this.#totals });
    this.#evaluator =
      validation === null
        ? null
        : new Evaluator(net, validation, { batchSize, loss: validationLoss });
    this.#history = [...(resume?.history ?? [])];
    this.#epoch = resume?.epoch ?? 0;
    this.#step = resume?.step ?? 0;
    this.#stepInEpoch = resume?.stepInEpoch ?? 0;
    this.#secondsBefore = resume?.secondsInEpoch ?? 0;
    this.#totals.write(resume?.lossSum ?? 0, resume?.correct ?? 0);
    this.#context = {
      net,
      optimizer,
      ema,
      classes: data.classes,
      normalize: data.normalize ?? null,
      state: () => this.#state(),
      stop: () => {
        this.#isStopped = true;
      },
    };
  }

  async run(): Promise<History> {
    const startedAt = performance.now();
    try {
      // Steps that wait for code would all be computed in one go when it comes.
      const { arriving } = engine();
      if (arriving !== null) await arriving;
      await this.#tell(this.#startEvent());
      let interrupted = false;
      while (!this.#isDone && !interrupted) {
        interrupted = await this.#runEpoch();
      }
      const seconds = (performance.now() - startedAt) / 1000;
      await this.#tell({
        type: "end",
        epochs: this.#epoch,
        step: this.#step,
        interrupted,
        seconds,
      });
      return { epochs: [...this.#history], step: this.#step, interrupted };
    } catch (error) {
      await this.#tellError(error);
      throw error;
    } finally {
      await this.#batches.close();
      for (const step of this.#steps.values()) step.dispose();
      this.#lastGood.dispose();
      this.#evaluator?.dispose();
    }
  }

  /** Each callback hears of it, whatever another one does. */
  async #tellError(error: unknown): Promise<void> {
    const event = { ...this.#position(0), error };
    for (const callback of this.#options.callbacks) {
      try {
        await callback.onError?.(event, this.#context);
      } catch {
        // The error that ended training says more.
      }
    }
  }

  /** The rest of an epoch. Returns whether the signal asked to stop. */
  async #runEpoch(): Promise<boolean> {
    this.#options.net.train();
    this.#clock = performance.now();
    await this.#batches.begin(this.#epoch);
    // Compiled before anything is computed or copied: what does not fit into memory is noticed at once.
    for (const { indices, part } of this.#partsOf(this.#stepInEpoch))
      this.#stepFor(indices.length, part);
    this.#markReport();
    this.#lastGood.take(this.#step, this.#stepInEpoch);
    while (this.#stepInEpoch < this.#batches.stepsPerEpoch) {
      if (await this.#stopIfAsked()) return true;
      const before = this.#hook("onBeforeStep");
      if (before !== null) await before;
      const arriving = this.#runStep();
      if (arriving !== null) await arriving;
      const after = this.#hook("onAfterStep");
      if (after !== null) await after;
      if (this.#reportDue()) await this.#report();
      if (this.#pace.due) await this.#pace.turn();
    }
    if (await this.#stopIfAsked()) return true;
    await this.#finishEpoch();
    return !this.#isDone && (await this.#stopIfAsked());
  }

  get #isDone(): boolean {
    return this.#isStopped || this.#epoch >= this.#options.epochs;
  }

  /** Returns what must be waited for, if the images have yet to come. */
  #runStep(): Promise<void> | null {
    this.#options.schedule?.keepUp(this.#step, this.#history);
    this.#lastGood.noteStep();
    const arriving = this.#runOn(this.#stepInEpoch);
    this.#step++;
    this.#stepInEpoch++;
    return arriving;
  }

  async #finishEpoch(): Promise<void> {
    const { optimizer } = this.#options;
    const [{ loss, accuracy }] = await Promise.all([
      this.#checkedTotals(this.#batches.imagesPerEpoch),
      this.#batches.drawNext(),
    ]);
    const seconds = this.#seconds();
    const validated = await this.#validate();
    if (validated !== null && !Number.isFinite(validated.loss)) throw await this.#diverged();
    const record: EpochRecord = {
      epoch: this.#epoch + 1,
      step: this.#step,
      loss,
      accuracy,
      validationLoss: validated?.loss ?? null,
      validationAccuracy: validated?.accuracy ?? null,
      seconds,
      imagesPerSecond: this.#batches.imagesPerEpoch / seconds,
      lr: optimizer.lr,
    };
    this.#history.push(record);
    this.#epoch++;
    this.#stepInEpoch = 0;
    this.#secondsBefore = 0;
    this.#clock = performance.now();
    this.#totals.write(0, 0);
    await this.#tell({ type: "epoch", ...record });
  }

  /** Results on the validation data, of the averages if there are any. */
  async #validate(): Promise<Evaluation | null> {
    if (this.#evaluator === null) return null;
    const { ema } = this.#options;
    await this.#hook("onBeforeEvaluation");
    let result: Evaluation;
    ema?.apply();
    try {
      result = await this.#evaluator.run();
    } finally {
      ema?.restore();
    }
    await callHook(
      this.#options.callbacks,
      "onAfterEvaluation",
      { ...this.#position(0), result },
      this.#context,
    );
    return result;
  }

  async #stopIfAsked(): Promise<boolean> {
    if (this.#options.signal?.aborted !== true) return false;
    const [epoch, step, stepInEpoch] = [this.#epoch + 1, this.#step, this.#stepInEpoch];
    // What is saved now must be sound: a loss that went wrong since the last look is found here.
    if (stepInEpoch > 0) await this.#checkedTotals(this.#imagesDone);
    await this.#tell({ type: "interrupt", epoch, step, stepInEpoch });
    return true;
  }

  #reportDue(): boolean {
    if (performance.now() - this.#reportedAt >= reportEveryMs) return true;
    return this.#options.callbacks.some(
      ({ everySteps }) => everySteps !== undefined && this.#step % everySteps === 0,
    );
  }

  async #report(): Promise<void> {
    const { loss, accuracy } = await this.#checkedTotals(this.#imagesDone);
    const sinceMs = performance.now() - this.#reportedAt;
    await this.#tell({
      type: "step",
      epoch: this.#epoch + 1,
      step: this.#step,
      stepInEpoch: this.#stepInEpoch,
      stepsPerEpoch: this.#batches.stepsPerEpoch,
      loss,
      accuracy,
      lr: this.#options.optimizer.lr,
      imagesPerSecond: ((this.#imagesDone - this.#reportedImages) / sinceMs) * 1000,
      seconds: this.#seconds(),
    });
    this.#markReport();
    // The last update of an epoch shows its effect in the validation that follows, or in the next epoch.
    if (this.#stepInEpoch < this.#batches.stepsPerEpoch)
      this.#lastGood.takeIfCheap(this.#step, this.#stepInEpoch);
  }

  /** Means over the images of the epoch so far; the moment at which a loss that is not finite is noticed. */
  async #checkedTotals(images: number): Promise<{ loss: number; accuracy: number }> {
    const { lossSum, correct } = await this.#totals.read();
    if (!Number.isFinite(lossSum)) throw await this.#diverged();
    return { loss: lossSum / images, accuracy: correct / images };
  }

  /** What went wrong, found by repeating the steps since the last good check. */
  #diverged(): Promise<Error> {
    return this.#lastGood.explain({
      epoch: this.#epoch + 1,
      loss: this.#options.loss,
      run: (stepInEpoch) => this.#runOn(stepInEpoch),
      random: (stepInEpoch) => this.#generatorOf(stepInEpoch),
      batches: (stepInEpoch) => this.#batches.tensors(stepInEpoch),
    });
  }

  #runOn(stepInEpoch: number): Promise<void> | null {
    const parts = this.#partsOf(stepInEpoch);
    const images = parts.reduce((sum, { indices }) => sum + indices.length, 0);
    const random = this.#generatorOf(stepInEpoch);
    const runPart = (i: number, batch: Batch): void => {
      const { indices, part } = parts[i] as StepPart;
      if (part !== "whole") this.#gradSums.writeShare(indices.length / images);
      this.#stepFor(indices.length, part).run(batch, random);
    };
    const arriving = this.#batches.arriving(stepInEpoch);
    if (arriving !== null) return this.#runArriving(stepInEpoch, arriving, runPart);
    for (const [i, { indices }] of parts.entries()) runPart(i, indices);
    return null;
  }

  #partsOf(stepInEpoch: number): StepPart[] {
    return this.#batches.indices(stepInEpoch).map((indices, i, { length }) => ({
      indices,
      part: length === 1 ? "whole" : i < length - 1 ? "early" : "last",
    }));
  }

  async #runArriving(
    stepInEpoch: number,
    arriving: AsyncIterable<ImageBatch>,
    runPart: (i: number, batch: ImageBatch) => void,
  ): Promise<void> {
    let i = 0;
    for await (const batch of arriving) {
      const isLastStep = stepInEpoch === this.#batches.stepsPerEpoch - 1;
      if (isLastStep && !this.#isStopped) this.#batches.readAhead();
      runPart(i++, batch);
    }
  }

  #generatorOf(stepInEpoch: number): Generator {
    return stepGenerator(
      this.#options.seed,
      this.#epoch * this.#batches.stepsPerEpoch + stepInEpoch,
    );
  }

  #stepFor(batchSize: number, part: StepPart["part"]): TrainStep {
    const { data, optimizer } = this.#options;
    // A callback may give the optimizer more parameters.
    const key = `${batchSize} ${part} ${optimizer.params.length}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      step = new TrainStep({
        ...this.#options,
        data: isStreamed(data) ? data : residentOf(data),
        classes: data.classes.length,
        totals: this.#totals,
        batchSize,
        part: part === "whole" ? null : { sums: this.#gradSums, isLast: part === "last" },
      });
      this.#steps.set(key, step);
    }
    return step;
  }

  get #imagesDone(): number {
    return this.#batches.imagesIn(this.#stepInEpoch);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#clock) / 1000;
  }

  #markReport(): void {
    this.#reportedAt = performance.now();
    this.#reportedImages = this.#imagesDone;
  }

  /** Calls a hook, if any callback has it; null if there is nothing to wait for. */
  #hook(name: "onBeforeStep" | "onAfterStep" | "onBeforeEvaluation"): Promise<void> | null {
    const { callbacks } = this.#options;
    if (callbacks.every((callback) => callback[name] === undefined)) return null;
    if (name !== "onAfterStep") {
      const at = this.#position(name === "onBeforeStep" ? 1 : 0);
      return callHook(callbacks, name, at, this.#context);
    }
    const at = this.#position(0);
    const values = () => this.#valuesAt(at);
    return callHook(callbacks, name, { ...at, values }, this.#context);
  }

  #position(begun: number): HookEvent {
    return {
      epoch: this.#epoch + 1,
      step: this.#step + begun,
      stepInEpoch: this.#stepInEpoch + begun,
    };
  }

  async #valuesAt({ step, epoch }: HookEvent): Promise<{ loss: number; accuracy: number }> {
    if (step !== this.#step || epoch !== this.#epoch + 1) {
      throw new OptionError(`onAfterStep: the values of step ${step} are gone`, {
        hint: "call values() before the hook returns",
      });
    }
    const images = this.#imagesDone;
    const { lossSum, correct } = await this.#totals.read();
    return { loss: lossSum / images, accuracy: correct / images };
  }

  #tell(event: TrainEvent): Promise<void> {
    return notify(this.#options.callbacks, event, this.#context);
  }

  #startEvent(): TrainEvent {
    const { net, validation, optimizer, epochs, batchSize, seed, shuffle } = this.#options;
    return {
      type: "start",
      parameters: net.parameters().reduce((sum, { numel }) => sum + numel, 0),
      images: this.#batches.imagesPerEpoch,
      validationImages: validation?.length ?? null,
      epochs,
      batchSize,
      stepsPerEpoch: this.#batches.stepsPerEpoch,
      seed,
      shuffle,
      optimizer: optimizer.constructor.name,
      lr: optimizer.lr,
      step: this.#step,
    };
  }

  async #state(): Promise<TrainState> {
    const { seed, batchSize, accumulate, shuffle } = this.#options;
    return {
      epoch: this.#epoch,
      step: this.#step,
      stepInEpoch: this.#stepInEpoch,
      seed,
      batchSize,
      accumulate,
      shuffle,
      images: this.#batches.imagesPerEpoch,
      ...(await this.#totals.read()),
      secondsInEpoch: this.#stepInEpoch === 0 ? 0 : this.#seconds(),
      history: [...this.#history],
      schedule: this.#options.schedule?.state() ?? null,
    };
  }
}
