// One training: made from its settings, trained by `fit`, looked at between its steps.
import {
  type data,
  FoveaError,
  type nn,
  OptionError,
  type optim,
  train,
} from "../../../../src/index.ts";
import type { LoadedDataset } from "../data/load.ts";
import { Between } from "./between.ts";
import { makeNetwork, makeOptimizer, makeSchedule } from "./make.ts";
import { addPoint, epochPointOf, stepPointOf } from "./points.ts";
import type { EpochPoint, RunEvent, RunSettings, RunStatus, RunView, StepPoint } from "./types.ts";

export interface SessionParts {
  readonly id: string;
  readonly createdAt: number;
  readonly settings: RunSettings;
  readonly data: LoadedDataset;
}

/** What a kept training brings along, besides its parts. */
export interface SessionPast {
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
  readonly checkpoint: train.Checkpoint;
}

type Tell = (event: RunEvent) => void;

/** Thrown out of `fit` to end it while it stands still before a step. */
class Stopped extends Error {}

export class Session {
  readonly id: string;
  readonly createdAt: number;
  settings: RunSettings;
  readonly data: LoadedDataset;
  #net: nn.Module;
  #optimizer: optim.Optimizer;
  #status: RunStatus = "ready";
  #error: string | null = null;
  #steps: StepPoint[] = [];
  #epochs: EpochPoint[] = [];
  /** Where training stands; null before its first step, and while it runs. */
  #progress: train.TrainState | null = null;
  #context: train.TrainContext | null = null;
  #between: Between | null = null;
  #stop: AbortController | null = null;
  #running: Promise<unknown> | null = null;

  /** @throws OptionError, ShapeError or NetworkTextError for a network that cannot be made or does not fit the data */
  constructor({ id, createdAt, settings, data: pictures }: SessionParts, past?: SessionPast) {
    this.id = id;
    this.createdAt = createdAt;
    this.settings = settings;
    this.data = pictures;
    this.#net = makeNetwork(settings, pictures.classes.length);
    this.#optimizer = makeOptimizer(settings, this.#net);
    if (past === undefined) return;
    const { steps, epochs, checkpoint } = past;
    train.restore(this.#net, checkpoint.optimizer === null ? null : this.#optimizer, checkpoint);
    this.#progress = checkpoint.optimizer === null ? null : checkpoint.progress;
    this.#steps = [...steps];
    this.#epochs = [...epochs];
    this.#status = "done";
  }

  get net(): nn.Module {
    return this.#net;
  }

  get optimizer(): optim.Optimizer {
    return this.#optimizer;
  }

  /** Where training stands; null before the first step. Ask between two steps. */
  async state(): Promise<train.TrainState | null> {
    return this.#context === null ? this.#progress : this.#context.state();
  }

  view(): RunView {
    const { id, createdAt, settings } = this;
    const { classes, train: trainSet, test } = this.data;
    return {
      ...{ id, settings, createdAt, classes },
      status: this.#status,
      error: this.#error,
      trainImages: trainSet.length,
      testImages: test.length,
      stepsPerEpoch: this.#stepsPerEpoch,
      parameters: this.#net.parameters().reduce((sum, { numel }) => sum + numel, 0),
      steps: this.#steps,
      epochs: this.#epochs,
    };
  }

  get #stepsPerEpoch(): number {
    return Math.ceil(this.data.train.length / this.settings.batchSize);
  }

  /**
   * Trains until all epochs are over, or it is stopped. A training that is over goes on for as many epochs again.
   * @param isPaused begins by standing still before the first step
   * @param keep     called where it stands at a point worth keeping
   */
  async train(isPaused: boolean, tell: Tell, keep: () => Promise<void>): Promise<void> {
    if (this.#running !== null) throw new FoveaError("this network is being trained already");
    const running = this.#train(isPaused, tell, keep);
    this.#running = running;
    try {
      await running;
    } finally {
      this.#running = null;
    }
  }

  async #train(isPaused: boolean, tell: Tell, keep: () => Promise<void>): Promise<void> {
    const become = (status: RunStatus): void => {
      this.#status = status;
      tell({ type: "status", status });
    };
    const between = new Between(isPaused, () => become("paused"));
    const stop = new AbortController();
    this.#between = between;
    this.#stop = stop;
    this.#error = null;
    become("running");
    try {
      await train.fit(this.#net, {
        ...this.#fitOptions(),
        callbacks: [this.#callback(between, become, tell, keep)],
        signal: stop.signal,
      });
      become("done");
    } catch (error) {
      if (error instanceof Stopped) become("done");
      else {
        this.#error = (error as Error).message;
        become("failed");
      }
    } finally {
      this.#context = null;
      this.#between = null;
      this.#stop = null;
      await between.close();
    }
    if (this.#status !== "failed") await keep();
  }

  #fitOptions(): train.FitOptions {
    const { epochs, batchSize, seed } = this.settings;
    const base = {
      data: this.data.train,
      validation: this.data.test,
      optimizer: this.#optimizer,
      batchSize,
      seed,
    };
    const before = this.#progress;
    this.#progress = null;
    const schedule = makeSchedule(this.settings, this.#stepsPerEpoch);
    if (before === null) return { ...base, epochs, ...schedule };
    if (before.epoch < epochs) return { ...base, epochs, ...schedule, resume: before };
    // The schedule is over: further epochs keep its last rate.
    return { ...base, epochs: before.epoch + epochs, resume: { ...before, schedule: null } };
  }

  #callback(
    between: Between,
    become: (status: RunStatus) => void,
    tell: Tell,
    keep: () => Promise<void>,
  ): train.Callback {
    const add = (point: StepPoint): void => {
      addPoint(this.#steps, point);
      tell({ type: "step", point });
    };
    return {
      onStart: (_, context) => {
        this.#context = context;
      },
      onBeforeStep: (_, context) => {
        const waiting = between.turn();
        if (waiting === null) return;
        return waiting.then(async (goOn) => {
          if (!goOn) {
            this.#progress = await context.state();
            throw new Stopped();
          }
          if (!between.isPaused && this.#status === "paused") become("running");
        });
      },
      onAfterStep: async (event) => {
        if (!between.isPaused) return;
        const { loss, accuracy } = await event.values();
        const { lr } = this.#optimizer;
        const epoch = event.epoch - 1 + event.stepInEpoch / this.#stepsPerEpoch;
        add({ step: event.step, epoch, loss, accuracy, lr, imagesPerSecond: 0 });
      },
      onStep: (event) => {
        if (!between.isPaused) add(stepPointOf(event));
      },
      onEpoch: async (event, context) => {
        const point = epochPointOf(event);
        this.#epochs.push(point);
        tell({ type: "epoch", point });
        this.#progress = await context.state();
        await keep();
      },
      onInterrupt: async (_, context) => {
        this.#progress = await context.state();
      },
    };
  }

  pause(): void {
    this.#between?.pause();
  }

  resume(): void {
    this.#between?.resume();
  }

  step(): void {
    this.#between?.allowStep();
  }

  /** @throws OptionError where the schedule sets the rate of each step */
  setRate(lr: number): void {
    if (this.settings.schedule === "one-cycle" && this.#between !== null) {
      throw new OptionError("the schedule one-cycle sets the learning rate of each step", {
        hint: "choose another schedule to change the rate by hand",
      });
    }
    this.#optimizer.lr = lr;
    this.settings = { ...this.settings, lr };
  }

  /** Ends the training that runs, if any, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    this.#between?.stop();
    await this.#running?.catch(() => {});
  }

  /** Forgets what was learned. */
  async reset(): Promise<void> {
    await this.stop();
    this.#net = makeNetwork(this.settings, this.data.classes.length);
    this.#optimizer = makeOptimizer(this.settings, this.#net);
    this.#status = "ready";
    this.#error = null;
    this.#steps = [];
    this.#epochs = [];
    this.#progress = null;
  }

  /** Does something while no step is under way. */
  atRest<Result>(job: () => Promise<Result>): Promise<Result> {
    return this.#between === null ? job() : this.#between.run(job);
  }
}

/** Pictures as the network is trained on them: normalised as a checkpoint says. */
export function normalized(
  { id, classes, train: trainSet, test }: LoadedDataset,
  normalize: data.transforms.Normalization | null,
): LoadedDataset {
  if (normalize === null) return { id, classes, train: trainSet, test };
  return { id, classes, train: { ...trainSet, normalize }, test: { ...test, normalize } };
}
