// What `fovea train --studio` tells the page: types alone, which the page shares.
import type { train } from "../../src/index.ts";
import type { ResultEvent } from "../run/log.ts";
import type { RunSettings } from "../run/settings.ts";

/** The training that is watched. Whoever watches forgets what came before it. */
export interface WatchedRun {
  readonly type: "run";
  /** The run's name, which is that of its folder. */
  readonly id: string;
  readonly startedAt: string;
  readonly settings: RunSettings;
  /** Where the data came from; "sample" is the excerpt that ships with Fovea. */
  readonly origin: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly testImages: number;
  readonly backend: string;
}

/** The last event: nothing more will be told. */
export interface OverEvent {
  readonly type: "over";
  /** `stopped` by a signal and saved, or `failed` with an error. */
  readonly outcome: "finished" | "stopped" | "failed";
  /** Of the error; null otherwise. */
  readonly message: string | null;
}

/** One message of `watch/events`. */
export type WatchEvent = WatchedRun | train.TrainEvent | ResultEvent | OverEvent;

/** `watch/index.json`; the site without a training has `null` there. */
export interface WatchIndex {
  /** Null until the data is there and training begins. */
  readonly run: WatchedRun | null;
  readonly epochs: readonly train.EpochRecord[];
  readonly over: OverEvent | null;
}
