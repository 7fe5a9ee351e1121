// What the page and the engine say to each other about trainings: plain data.

import type { Text } from "../../text.ts";

/** Channels, rows, columns of one picture. */
export type InputShape = readonly [number, number, number];

export const optimizerNames = ["sgd", "adam", "adamw", "rmsprop"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export const scheduleNames = ["none", "cosine", "step", "one-cycle"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** How weights begin: as each layer begins by itself, or Xavier uniform (Glorot & Bengio 2010), as in the textbook. */
export const startNames = ["usual", "xavier"] as const;
export type StartName = (typeof startNames)[number];

/** Everything that a training follows from. */
export interface RunSettings {
  /** What the person calls it. */
  readonly title: string;
  /** The network as text: `new nn.Sequential(…)`. */
  readonly network: string;
  /** A network of the library instead, by name and options, where a checkpoint of `fovea train` holds one. */
  readonly model?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** What the network takes; the data set's pictures are brought to this shape. */
  readonly inputShape: InputShape;
  /** Which data set, by its id. */
  readonly dataset: string;
  /** Weights before the first step; "usual" unless given. */
  readonly start?: StartName;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: ScheduleName;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** How training stands after some step. */
export interface StepPoint {
  readonly step: number;
  /** Epochs done, with the part of the one under way: 1.5. */
  readonly epoch: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
}

/** The results of a finished epoch. */
export interface EpochPoint extends StepPoint {
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/**
 * `ready`: never trained, or reset. `running`, `paused`: in mid-training. `done`: all epochs are over, or it was stopped.
 * `failed`: it ended by an error, and stands as it was before.
 */
export type RunStatus = "ready" | "running" | "paused" | "done" | "failed";

/** A training as the page shows it. */
export interface RunView {
  readonly id: string;
  readonly settings: RunSettings;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly status: RunStatus;
  /** Why it failed; null otherwise. */
  readonly error: Text | null;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly testImages: number;
  readonly stepsPerEpoch: number;
  readonly parameters: number;
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
  /** What computed it, in order; runs of old do not say. */
  readonly backends?: readonly string[];
}

/** A kept training, as the list shows it. */
export interface RunSummary
  extends Pick<
    RunView,
    | "id"
    | "settings"
    | "createdAt"
    | "status"
    | "classes"
    | "parameters"
    | "epochs"
    | "steps"
    | "backends"
  > {}

/** What is told while a training runs. */
export type RunEvent =
  | { readonly type: "status"; readonly status: RunStatus }
  | { readonly type: "step"; readonly point: StepPoint }
  | { readonly type: "epoch"; readonly point: EpochPoint }
  /** It could not be kept in the browser's storage, and why. */
  | { readonly type: "unsaved"; readonly text: Text };

/** `forward`: activations; `backward`: gradients of the loss with respect to them; `kernels`: weights of convolutions. */
export const lookKinds = ["forward", "backward", "kernels"] as const;
export type LookKind = (typeof lookKinds)[number];

/** Of each layer, this many maps are looked at: the first ones. */
export const mostMaps = 64;

/** What one layer shows. */
export interface LayerLook {
  readonly path: string;
  readonly type: string;
  /** Of the activations or gradients without the batch, or of the kernels (OIHW); of all, where only the first are given. */
  readonly shape: readonly number[];
  /** Map after map; null where there is nothing to show. */
  readonly values: Float32Array | null;
}

/** What a network makes of one picture. */
export interface RunLook {
  readonly index: number;
  readonly label: number;
  readonly kind: LookKind;
  readonly pixels: Float32Array;
  readonly probabilities: Float32Array;
  readonly layers: readonly LayerLook[];
}

/** How a layer fares on a fixed batch of test pictures. */
export interface LayerHealth {
  readonly path: string;
  readonly type: string;
  /** Euclidean norms of its parameters together, and of their gradients; null without parameters. */
  readonly gradNorm: number | null;
  readonly weightNorm: number | null;
  /** Share of the channels or features that are the same number for the whole batch; null where that says nothing. */
  readonly deadShare: number | null;
}

export interface WorstMistake {
  readonly index: number;
  readonly pixels: Float32Array;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
}

export interface RunConfusion {
  /** `matrix[truth][predicted]`: numbers of test pictures. */
  readonly matrix: readonly (readonly number[])[];
  /** The wrong answers that were given with the most certainty. */
  readonly worst: readonly WorstMistake[];
}
