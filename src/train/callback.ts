// How others take part in training: functions that `fit` calls with events.
import type { Normalization } from "../data/transforms/normalize.ts";
import type { Module } from "../nn/index.ts";
import type { ExponentialMovingAverage, Optimizer } from "../optim/index.ts";
import type { Evaluation } from "./evaluate.ts";
import type {
  EndEvent,
  EpochEvent,
  InterruptEvent,
  StartEvent,
  StepEvent,
  TrainEvent,
  TrainState,
} from "./events.ts";

/** What a callback may use besides the event. */
export interface TrainContext {
  readonly net: Module;
  readonly optimizer: Optimizer;
  /** The average that `fit` was given; null without one. */
  readonly ema: ExponentialMovingAverage | null;
  readonly classes: readonly string[];
  /** How the images of the training data are normalised; null if they are not. */
  readonly normalize: Normalization | null;
  /** Where training stands; see {@link TrainState}. */
  state(): Promise<TrainState>;
  /** Ends training after this epoch, or before the first one; it counts as finished, not as interrupted. */
  stop(): void;
}

type Result = void | Promise<void>;

/** Where training stands at a hook. */
export interface HookEvent {
  /** The epoch that is under way, counted from 1. */
  readonly epoch: number;
  /** Steps begun since training began, this one included. */
  readonly step: number;
  readonly stepInEpoch: number;
}

/** A step was handed to the engine, which may still be at work on it. */
export interface AfterStepEvent extends HookEvent {
  /**
   * Means over the epoch so far, this step included. Costs nothing unless it is called, and then waits for the step;
   * throws OptionError once a later step has begun.
   */
  values(): Promise<{ readonly loss: number; readonly accuracy: number }>;
}

/** The network was evaluated on the validation data. */
export interface AfterEvaluationEvent extends HookEvent {
  readonly result: Evaluation;
}

/** Training ends by an error. */
export interface TrainErrorEvent extends HookEvent {
  /** What `fit` is about to throw. */
  readonly error: unknown;
}

/**
 * Functions that `fit` calls as training goes on, in the order of the callbacks. It waits for those that return a
 * promise; what they throw ends training.
 */
export interface Callback {
  /** Makes `fit` call `onStep` after every so many steps, besides about ten times a second. */
  readonly everySteps?: number;
  /** Once, before the first step; also where training is resumed. */
  onStart?(event: StartEvent, context: TrainContext): Result;
  /** After some steps, with the means of the epoch so far: see `everySteps`. */
  onStep?(event: StepEvent, context: TrainContext): Result;
  /** After each epoch, its evaluation included. */
  onEpoch?(event: EpochEvent, context: TrainContext): Result;
  /** The signal of `fit` asked to stop, and the step under way is finished: the moment to save a checkpoint. */
  onInterrupt?(event: InterruptEvent, context: TrainContext): Result;
  /** Once, at the end, also after an interruption; not after an error. */
  onEnd?(event: EndEvent, context: TrainContext): Result;
  /** Before every step, not only those that are looked at. */
  onBeforeStep?(event: HookEvent, context: TrainContext): Result;
  /** After every step; nothing is read back for it unless `event.values()` is called. */
  onAfterStep?(event: AfterStepEvent, context: TrainContext): Result;
  /** Once, instead of `onEnd`, when training ends by an error, whoever threw it. An error in here does not replace it. */
  onError?(event: TrainErrorEvent, context: TrainContext): Result;
  /** Before the network is evaluated on the validation data, at the end of an epoch. */
  onBeforeEvaluation?(event: HookEvent, context: TrainContext): Result;
  /** After that, with the result. */
  onAfterEvaluation?(event: AfterEvaluationEvent, context: TrainContext): Result;
}

/**
 * A callback that gets every event.
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * const events = [];
 * const callbacks = [onEvent((event) => events.push(event))];
 * await fit(net, { data: train, optimizer: sgd({ lr: 0.1 }), epochs: 1, callbacks });
 */
export function onEvent(body: (event: TrainEvent, context: TrainContext) => Result): Callback {
  return { onStart: body, onStep: body, onEpoch: body, onInterrupt: body, onEnd: body };
}

/** Calls the callbacks one after another. */
export async function notify(
  callbacks: readonly Callback[],
  event: TrainEvent,
  context: TrainContext,
): Promise<void> {
  for (const callback of callbacks) {
    switch (event.type) {
      case "start":
        await callback.onStart?.(event, context);
        break;
      case "step":
        await callback.onStep?.(event, context);
        break;
      case "epoch":
        await callback.onEpoch?.(event, context);
        break;
      case "interrupt":
        await callback.onInterrupt?.(event, context);
        break;
      case "end":
        await callback.onEnd?.(event, context);
        break;
      default:
        event satisfies never;
    }
  }
}

type Hook = "onBeforeStep" | "onAfterStep" | "onBeforeEvaluation" | "onAfterEvaluation";

/** Calls a hook of the callbacks that have it. Null if there is nothing to wait for, so that steps follow at once. */
export function callHook<Name extends Hook>(
  callbacks: readonly Callback[],
  name: Name,
  event: Parameters<NonNullable<Callback[Name]>>[0],
  context: TrainContext,
): Promise<void> | null {
  let waiting: Promise<void> | null = null;
  for (const callback of callbacks) {
    if (callback[name] === undefined) continue;
    // TypeScript does not see that the hook and its event go together.
    const call = () => (callback[name] as Callback["onBeforeStep"])?.(event as HookEvent, context);
    if (waiting !== null) waiting = waiting.then(call);
    else waiting = call() ?? null;
  }
  return waiting;
}
