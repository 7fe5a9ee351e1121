// One training: made from its settings, trained by `fit`, looked at between its steps.
import { backend, type data, type nn, type optim, train } from "../../../../src/index.ts";
import { problemOf } from "../../problem.ts";
import type { Text } from "../../text.ts";
import type { LoadedDataset } from "../data/load.ts";
import { StudioError } from "../studioError.ts";
import { Between } from "./between.ts";
import { WorkClock } from "./clock.ts";
import { KeepPace } from "./keepPace.ts";
import { makeNetwork, makeOptimizer, makeSchedule } from "./make.ts";
import { requirePicturesOf } from "./pictures.ts";
import { epochList, epochPointOf, PointList, stepPointOf } from "./points.ts";
import {
  beforeDivergence,
  checkRateIsFree,
  keepsSchedule,
  restoreInto,
  resumable,
  withPresentRates,
} from "./resume.ts";
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
  readonly backends?: readonly string[] | undefined;
  readonly checkpoint: train.Checkpoint;
}

type Tell = (event: RunEvent) => void;
type Become = (status: RunStatus) => void;

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
  #error: Text | null = null;
  #steps = new PointList<StepPoint>();
  #epochs = epochList();
  /** What computed it, in order. */
  #backends: string[] = [];
  /** Where training stands; null before its first step, and while it runs. */
  #progress: train.TrainState | null = null;
  #context: train.TrainContext | null = null;
  #between: Between | null = null;
  #stop: AbortController | null = null;
  #running: Promise<unknown> | null = null;
  /** What is being done with the network while it is not trained. */
  readonly #jobs = new Set<Promise<unknown>>();

  /** @throws OptionError, ShapeError or NetworkTextError for a network that cannot be made or does not fit the data */
  constructor({ id, createdAt, settings, data: pictures }: SessionParts, past?: SessionPast) {
    this.id = id;
    this.createdAt = createdAt;
    this.settings = settings;
    this.data = pictures;
    this.#net = makeNetwork(settings, pictures.classes.length);
    this.#optimizer = makeOptimizer(settings, this.#net);
    if (past !== undefined) this.#bringBack(past);
  }

  #bringBack({ steps, epochs, backends = [], checkpoint }: SessionPast): void {
    restoreInto(this.#net, this.#optimizer, checkpoint);
    this.#steps = new PointList(steps);
    this.#epochs = epochList(epochs);
    this.#backends = [...backends];
    this.#status = "done";
    if (checkpoint.progress === null) return;
    if (this.data.train.length === 0) {
      // Where its pictures are, it goes on from there.
      this.#progress = checkpoint.progress;
      return;
    }
    const progress = resumable(checkpoint.progress, this.settings, this.data.train.length);
    const isKept = keepsSchedule(progress, this.settings, this.#net, this.#stepsPerEpoch);
    if (!isKept) this.settings = { ...this.settings, schedule: "none" };
    this.#progress = isKept ? progress : { ...progress, schedule: null };
  }

  get net(): nn.Module {
    return this.#net;
  }

  get optimizer(): optim.Optimizer {
    return this.#optimizer;
  }

  /** Where training stands; null before the first step. Ask between two steps. */
  async state(): Promise<train.TrainState | null> {
    const state = this.#context === null ? this.#progress : await this.#context.state();
    return state === null ? null : withPresentRates(state, this.#optimizer);
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
      steps: [...this.#steps.all],
      epochs: [...this.#epochs.all],
      backends: this.#backends,
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
    requirePicturesOf(this);
    // One that is about to end is waited for.
    while (this.#running !== null) {
      if (this.#between !== null)
        throw new StudioError({
          en: "this network is being trained already",
          zh: "此网络正在训练中",
        });
      await this.#running;
    }
    const running = this.#train(isPaused, tell, keep).finally(() => {
      this.#running = null;
    });
    this.#running = running;
    await running;
  }

  async #train(isPaused: boolean, tell: Tell, keep: () => Promise<void>): Promise<void> {
    const become = (status: RunStatus): void => {
      this.#status = status;
      tell({ type: "status", status });
    };
    const between = new Between(isPaused, async () => {
      become("paused");
      if (await this.#hasBegun()) await keep();
    });
    const stop = new AbortController();
    this.#between = between;
    this.#stop = stop;
    this.#error = null;
    const { name } = backend();
    if (this.#backends.at(-1) !== name) this.#backends.push(name);
    become("running");
    await Promise.allSettled(this.#jobs);
    const before = this.#progress;
    let end: RunStatus = "done";
    try {
      await train.fit(this.#net, {
        ...this.#fitOptions(),
        callbacks: [this.#callback(between, become, tell, keep)],
        signal: stop.signal,
      });
    } catch (error) {
      if (!(error instanceof Stopped)) {
        this.#error = problemOf(error);
        end = "failed";
      }
    }
    this.#progress ??= before;
    this.#context = null;
    this.#between = null;
    this.#stop = null;
    await between.close();
    const hasBegun = await this.#hasBegun();
    become(end === "done" && !hasBegun ? "ready" : end);
    if (hasBegun) await keep();
  }

  async #hasBegun(): Promise<boolean> {
    return ((await this.state())?.step ?? 0) > 0;
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
    const before = this.#progress && withPresentRates(this.#progress, this.#optimizer);
    this.#progress = null;
    const schedule = makeSchedule(this.settings, this.#stepsPerEpoch);
    if (before === null || before.step === 0) return { ...base, epochs, ...schedule };
    if (before.epoch < epochs) return { ...base, epochs, ...schedule, resume: before };
    // The schedule is over: further epochs keep its last rate.
    return { ...base, epochs: before.epoch + epochs, resume: { ...before, schedule: null } };
  }

  #callback(
    between: Between,
    become: Become,
    tell: Tell,
    keep: () => Promise<void>,
  ): train.Callback {
    const clock = new WorkClock();
    const pace = new KeepPace();
    let begunAt = 0;
    const add = (point: StepPoint): void => {
      this.#steps.add(point);
      tell({ type: "step", point });
    };
    const stand = async (context: train.TrainContext): Promise<void> => {
      const state = await context.state();
      this.#progress = { ...state, secondsInEpoch: clock.worked(state.secondsInEpoch) };
    };
    return {
      onStart: (_, context) => {
        this.#context = context;
        clock.beginEpoch();
      },
      onBeforeStep: ({ stepInEpoch }, context) => {
        if (stepInEpoch === 1) clock.beginEpoch();
        begunAt = performance.now();
        const waiting = between.turn();
        if (waiting === null) return;
        return waiting.then(async (goOn) => {
          const now = performance.now();
          clock.wait(now - begunAt);
          begunAt = now;
          if (!goOn) {
            await stand(context);
            throw new Stopped();
          }
          if (!between.isPaused && this.#status === "paused") become("running");
        });
      },
      onAfterStep: async ({ step, stepInEpoch, epoch: number, values }) => {
        if (!between.isPaused) return;
        const { loss, accuracy } = await values();
        const { batchSize } = this.settings;
        const images = Math.min(batchSize, this.data.train.length - (stepInEpoch - 1) * batchSize);
        const imagesPerSecond = (1000 * images) / (performance.now() - begunAt);
        const epoch = number - 1 + stepInEpoch / this.#stepsPerEpoch;
        add({ step, epoch, loss, accuracy, lr: this.#optimizer.lr, imagesPerSecond });
      },
      onStep: (event) => {
        const imagesPerSecond = clock.speed(event.imagesPerSecond);
        if (!between.isPaused) add(stepPointOf({ ...event, imagesPerSecond }));
      },
      onEpoch: async (event) => {
        const seconds = clock.worked(event.seconds);
        const imagesPerSecond = this.data.train.length / seconds;
        const point = epochPointOf({ ...event, seconds, imagesPerSecond });
        this.#epochs.add(point);
        tell({ type: "epoch", point });
        await pace.keep(keep);
      },
      onEnd: (_, context) => stand(context),
      onError: async ({ error }, context) => {
        if (error instanceof Stopped) return;
        const progress = beforeDivergence(await context.state(), error);
        this.#progress = progress;
        this.#steps.keepOnly(({ step }) => step <= progress.step);
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

  /** @throws OptionError where the schedule sets the rate of each step, or it is no rate */
  setRate(lr: number): void {
    // Where it is the same, the schedule has gone on from it.
    if (lr === this.settings.lr) return;
    if (this.#status !== "ready")
      checkRateIsFree(this.settings, this.#epochs.all.at(-1)?.epoch ?? 0);
    this.#optimizer.lr = lr;
    this.settings = { ...this.settings, lr };
  }

  rename(title: string): void {
    this.settings = { ...this.settings, title };
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
    this.#steps = new PointList();
    this.#epochs = epochList();
    this.#backends = [];
    this.#progress = null;
  }

  /** Does something while no step is under way. */
  atRest<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#between !== null) return this.#between.run(job);
    const done = job();
    this.#jobs.add(done);
    const forget = (): boolean => this.#jobs.delete(done);
    done.then(forget, forget);
    return done;
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
