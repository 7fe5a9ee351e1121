// A run of training: epochs of steps, looked at about ten times a second. Between two looks nothing
// is read back, so that the engine is never kept waiting.
import {
  type Dataset,
  type ImageBatch,
  isStreamed,
  type StreamedDataset,
} from "../data/dataset.ts";
import { epochOrder } from "../data/loader.ts";
import { batchOf, type ResidentDataset, residentOf, streamedTensors } from "../data/resident.ts";
import type { Sampler } from "../data/sampler.ts";
import type { Module } from "../nn/index.ts";
import type { GradLimits } from "../optim/clipGrad.ts";
import type { ExponentialMovingAverage, Optimizer } from "../optim/index.ts";
import { OptionError } from "../tensor/errors.ts";
import type { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Batch } from "./batchInput.ts";
import { type Callback, callHook, type HookEvent, notify, type TrainContext } from "./callback.ts";
import { EpochStream } from "./epochStream.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import type { EpochRecord, History, TrainEvent, TrainState } from "./events.ts";
import { GradSums } from "./gradSums.ts";
import { LastGood } from "./lastGood.ts";
import type { Mix } from "./mix.ts";
import { Pace } from "./pace.ts";
import type { SchedulePace } from "./schedule.ts";
import { type Loss, stepGenerator, Totals, TrainStep } from "./step.ts";

export interface RunOptions extends GradLimits {
  readonly net: Module;
  readonly data: Dataset;
  readonly validation: Dataset | null;
  readonly optimizer: Optimizer;
  /** What the network learns by; validation goes by `validationLoss`. */
  readonly loss: Loss;
  readonly validationLoss: Loss;
  readonly mix: Mix | null;
  readonly schedule: SchedulePace | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly ema: ExponentialMovingAverage | null;
  readonly seed: number;
  readonly shuffle: boolean;
  /** Chooses the images of an epoch; null takes each once. */
  readonly sampler: Sampler | null;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | null;
  readonly resume: TrainState | null;
}

const reportEveryMs = 100;

export class TrainRun {
  readonly #options: RunOptions;
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
  #order: Int32Array = new Int32Array(0);
  /** That of the next epoch, which is drawn while the last steps of this one are computed. */
  #nextOrder: Int32Array | null = null;
  /** Where the epoch's images come from if they do not lie in the engine. */
  #stream: EpochStream | null = null;
  /** Those of the next epoch, which are made while this one ends. */
  #nextStream: EpochStream | null = null;

  // Time in the epoch: what is in the clock plus what went before it was started.
  #clock = 0;
  #secondsBefore: number;

  // The last look.
  #reportedAt = 0;
  #reportedImages = 0;

  constructor(options: RunOptions) {
    const { net, data, validation, optimizer, ema, validationLoss, batchSize, resume } = options;
    this.#options = options;
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
      await this.#stream?.close();
      await this.#nextStream?.close();
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
    const { net, data } = this.#options;
    net.train();
    this.#clock = performance.now();
    this.#order = this.#nextOrder ?? this.#orderOf(this.#epoch);
    this.#nextOrder = null;
    if (isStreamed(data)) {
      await this.#stream?.close();
      this.#stream = this.#nextStream ?? this.#streamOf(data, this.#epoch, this.#order);
      this.#nextStream = null;
    }
    this.#markReport();
    this.#lastGood.take(this.#step, this.#stepInEpoch);
    while (this.#stepInEpoch < this.#stepsPerEpoch) {
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

  #orderOf(epoch: number): Int32Array {
    const { data, seed, shuffle, sampler } = this.#options;
    return epochOrder(data.length, { seed, epoch, shuffle, sampler });
  }

  #streamOf(data: StreamedDataset, epoch: number, order: Int32Array): EpochStream {
    const { seed, batchSize } = this.#options;
    return new EpochStream(data, order, batchSize, { seed, epoch });
  }

  async #drawNextOrder(): Promise<void> {
    const next = this.#epoch + 1;
    if (next < this.#options.epochs) this.#nextOrder ??= this.#orderOf(next);
  }

  /** Lets the next epoch's images be made behind those of this one. */
  #readAhead(): void {
    const { data, epochs } = this.#options;
    const next = this.#epoch + 1;
    if (!isStreamed(data) || this.#isStopped || next >= epochs || this.#nextStream !== null) return;
    this.#nextOrder ??= this.#orderOf(next);
    this.#nextStream = this.#streamOf(data, next, this.#nextOrder);
    this.#nextStream.readAhead();
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
      this.#checkedTotals(this.#imagesPerEpoch),
      this.#drawNextOrder(),
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
      imagesPerSecond: this.#imagesPerEpoch / seconds,
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
    if (stepInEpoch > 0) await this.#checkedTotals(this.#imagesDone());
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
    const { loss, accuracy } = await this.#checkedTotals(this.#imagesDone());
    const sinceMs = performance.now() - this.#reportedAt;
    await this.#tell({
      type: "step",
      epoch: this.#epoch + 1,
      step: this.#step,
      stepInEpoch: this.#stepInEpoch,
      stepsPerEpoch: this.#stepsPerEpoch,
      loss,
      accuracy,
      lr: this.#options.optimizer.lr,
      imagesPerSecond: ((this.#imagesDone() - this.#reportedImages) / sinceMs) * 1000,
      seconds: this.#seconds(),
    });
    this.#markReport();
    // The last update of an epoch shows its effect in the validation that follows, or in the next epoch.
    if (this.#stepInEpoch < this.#stepsPerEpoch)
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
    const { data, loss } = this.#options;
    return this.#lastGood.explain({
      epoch: this.#epoch + 1,
      loss,
      run: (stepInEpoch) => this.#runOn(stepInEpoch),
      random: (stepInEpoch) => this.#generatorOf(stepInEpoch),
      batches: (stepInEpoch) =>
        isStreamed(data)
          ? this.#arrivingTensors(stepInEpoch, data)
          : this.#residentTensors(stepInEpoch, residentOf(data)),
    });
  }

  #runOn(stepInEpoch: number): Promise<void> | null {
    const batches = this.#batchesOf(stepInEpoch);
    const images = batches.reduce((sum, { length }) => sum + length, 0);
    const random = this.#generatorOf(stepInEpoch);
    const runPart = (i: number, batch: Batch): void => {
      const { length } = batches[i] as Int32Array;
      const part = batches.length === 1 ? "whole" : i < batches.length - 1 ? "early" : "last";
      if (part !== "whole") this.#gradSums.writeShare(length / images);
      this.#stepFor(length, part).run(batch, random);
    };
    if (this.#stream !== null) return this.#runArriving(stepInEpoch, runPart);
    for (const [i, indices] of batches.entries()) runPart(i, indices);
    return null;
  }

  async #runArriving(
    stepInEpoch: number,
    runPart: (i: number, batch: ImageBatch) => void,
  ): Promise<void> {
    let i = 0;
    for await (const batch of this.#arriving(stepInEpoch)) {
      if (stepInEpoch === this.#stepsPerEpoch - 1) this.#readAhead();
      runPart(i++, batch);
    }
  }

  /** Batches of a step as they come from the stream. */
  async *#arriving(stepInEpoch: number): AsyncGenerator<ImageBatch, void, void> {
    const stream = this.#stream as EpochStream;
    const first = stepInEpoch * this.#options.accumulate;
    const { length } = this.#batchesOf(stepInEpoch);
    for (let i = 0; i < length; i++) yield stream.batch(first + i);
  }

  async *#arrivingTensors(
    stepInEpoch: number,
    data: StreamedDataset,
  ): AsyncGenerator<[Tensor, Tensor], void, void> {
    for await (const batch of this.#arriving(stepInEpoch)) yield streamedTensors(batch, data);
  }

  *#residentTensors(stepInEpoch: number, data: ResidentDataset): Iterable<[Tensor, Tensor]> {
    for (const indices of this.#batchesOf(stepInEpoch)) yield batchOf(data, Tensor.from(indices));
  }

  #generatorOf(stepInEpoch: number): Generator {
    return stepGenerator(this.#options.seed, this.#epoch * this.#stepsPerEpoch + stepInEpoch);
  }

  /** The compiled step for a batch that is all of an update, or one of its early batches, or its last. */
  #stepFor(batchSize: number, part: "whole" | "early" | "last"): TrainStep {
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

  /** Indices of the images of a step, batch by batch. */
  #batchesOf(stepInEpoch: number): Int32Array[] {
    const { batchSize } = this.#options;
    const first = stepInEpoch * this.#imagesPerStep;
    const indices = this.#order.subarray(first, first + this.#imagesPerStep);
    return Array.from({ length: Math.ceil(indices.length / batchSize) }, (_, i) =>
      indices.subarray(i * batchSize, (i + 1) * batchSize),
    );
  }

  get #imagesPerStep(): number {
    return this.#options.batchSize * this.#options.accumulate;
  }

  get #imagesPerEpoch(): number {
    return (this.#options.sampler ?? this.#options.data).length;
  }

  get #stepsPerEpoch(): number {
    return Math.ceil(this.#imagesPerEpoch / this.#imagesPerStep);
  }

  #imagesDone(): number {
    return Math.min(this.#stepInEpoch * this.#imagesPerStep, this.#imagesPerEpoch);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#clock) / 1000;
  }

  #markReport(): void {
    this.#reportedAt = performance.now();
    this.#reportedImages = this.#imagesDone();
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
    const images = this.#imagesDone();
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
      images: this.#imagesPerEpoch,
      validationImages: validation?.length ?? null,
      epochs,
      batchSize,
      stepsPerEpoch: this.#stepsPerEpoch,
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
      images: this.#imagesPerEpoch,
      ...(await this.#totals.read()),
      secondsInEpoch: this.#stepInEpoch === 0 ? 0 : this.#seconds(),
      history: [...this.#history],
      schedule: this.#options.schedule?.state() ?? null,
    };
  }
}
