// How others take part in training: functions that `fit` calls with events.
import type { Module } from "../nn/index.ts";
import type { ExponentialMovingAverage, Optimizer } from "../optim/index.ts";
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
  /** Where training stands; see {@link TrainState}. */
  state(): Promise<TrainState>;
  /** Ends training after this epoch, or before the first one; it counts as finished, not as interrupted. */
  stop(): void;
}

type Result = void | Promise<void>;

/** Functions that `fit` calls as training goes on. It waits for those that return a promise. */
export interface Callback {
  /** Makes `fit` call `onStep` after every so many steps, besides about ten times a second. */
  readonly everySteps?: number;
  onStart?(event: StartEvent, context: TrainContext): Result;
  onStep?(event: StepEvent, context: TrainContext): Result;
  onEpoch?(event: EpochEvent, context: TrainContext): Result;
  onInterrupt?(event: InterruptEvent, context: TrainContext): Result;
  onEnd?(event: EndEvent, context: TrainContext): Result;
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
