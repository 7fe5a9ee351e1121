// The training that the pages look at: one at a time, kept in the engine while pages come and go.
import { FoveaError, type nn } from "../../../../src/index.ts";
import type { LoadedDataset } from "../data/load.ts";
import type { RunSettings } from "./types.ts";

/** A training with what it is made of. */
export interface CurrentRun {
  readonly id: string;
  readonly settings: RunSettings;
  readonly net: nn.Module;
  readonly data: LoadedDataset;
}

let current: CurrentRun | null = null;

export function currentRun(): CurrentRun | null {
  return current;
}

export function setCurrentRun(run: CurrentRun | null): void {
  current = run;
}

/** @throws FoveaError if there is none */
export function requireRun(): CurrentRun {
  if (current !== null) return current;
  throw new FoveaError("there is no network yet", {
    hint: "train one on the page Train, or open one on the page Runs",
  });
}

/**
 * Does something with the network while no step of its training is under way: at once if it is not being trained, and
 * otherwise between two steps. The network is left as it was found (mode, weights).
 */
export async function atRest<Result>(job: () => Promise<Result>): Promise<Result> {
  return job();
}
