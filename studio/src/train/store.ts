// The training as the pages know it: kept here, so that it is there when one comes back to the page. The engine tells
// about ten times a second; what is drawn follows a few times a second.
import { batch, signal } from "@preact/signals";
import { ask } from "../engine/client.ts";
import { epochList, PointList } from "../engine/run/points.ts";
import type {
  EpochPoint,
  RunEvent,
  RunSettings,
  RunStatus,
  RunView,
  StepPoint,
} from "../engine/run/types.ts";
import { problemOf } from "../problem.ts";
import type { Text } from "../text.ts";
import { Rounds } from "./rounds.ts";

export interface Curves {
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

/** The training that is open in the engine, as it was when it was opened; null if there is none. */
export const run = signal<RunView | null>(null);
export const status = signal<RunStatus>("ready");
export const curves = signal<Curves>({ steps: [], epochs: [] });
/** Grows while the network changes, a few times a second: what looks at it asks anew. */
export const version = signal(0);
/** The same for what is slow to compute or to read: once a second. */
export const slowVersion = signal(0);
/** The last epoch that is over, seen once a second. */
export const lastEpoch = signal(0);
/** What went wrong. */
export const problem = signal<Text | null>(null);
/** Why the training is not kept in the browser's storage; null while it is. */
export const unsaved = signal<Text | null>(null);

/** Is it on its way from one engine to another? Until it is there, nothing is to be asked of it. */
export const isMoving = signal(false);

let steps = new PointList<StepPoint>();
let epochs = epochList();

const rounds = new Rounds([
  {
    everyMs: 250,
    draw: () => {
      curves.value = { steps: [...steps.all], epochs: [...epochs.all] };
    },
  },
  { everyMs: 250, draw: () => void version.value++ },
  { everyMs: 1000, draw: () => void slowVersion.value++ },
  {
    everyMs: 1000,
    draw: () => {
      lastEpoch.value = epochs.all.at(-1)?.epoch ?? 0;
    },
  },
]);

/** Shows a training as the engine has it. */
export function show(view: RunView | null): void {
  steps = new PointList(view?.steps);
  epochs = epochList(view?.epochs);
  batch(() => {
    run.value = view;
    status.value = view?.status ?? "ready";
    problem.value = view?.error ?? null;
    rounds.all();
  });
}

function hear(event: RunEvent): void {
  switch (event.type) {
    case "status":
      // With the numbers of that moment: none may be older than what is said of them.
      batch(() => {
        status.value = event.status;
        rounds.all();
      });
      break;
    case "step":
      steps.add(event.point);
      rounds.stir();
      break;
    case "epoch":
      epochs.add(event.point);
      rounds.stir();
      break;
    case "unsaved":
      unsaved.value = event.text;
      break;
    default:
      event satisfies never;
  }
}

let isAsked = false;

/** Finds the training that the engine has from before. */
export async function findRun(): Promise<void> {
  if (isAsked) return;
  isAsked = true;
  const view = await ask("runCurrent", {});
  if (run.value === null) show(view);
}

/** Does something of which the engine's complaint is shown. */
export async function attempt(act: () => Promise<void>): Promise<void> {
  problem.value = null;
  try {
    await act();
  } catch (error) {
    problem.value = problemOf(error);
  }
}

/** Makes a new network of these settings; nothing is trained yet. */
export function open(settings: RunSettings): Promise<void> {
  return attempt(async () => show(await ask("runOpen", { settings })));
}

/** Trains the network that is open. */
export function train(paused = false): Promise<void> {
  return attempt(async () => {
    unsaved.value = null;
    const asked = run.value?.id;
    const view = await ask("runTrain", { paused }, (event) => {
      if (run.value?.id === asked) hear(event);
    });
    if (run.value?.id === view.id) show(view);
  });
}

export const pause = (): Promise<void> => attempt(() => ask("runPause", {}));
export const goOn = (): Promise<void> => attempt(() => ask("runResume", {}));
export const step = (): Promise<void> => attempt(() => ask("runStep", {}));
export const stop = (): Promise<void> => attempt(() => ask("runStop", {}));
export const setRate = (lr: number): Promise<void> => attempt(() => ask("runRate", { lr }));
export const reset = (): Promise<void> => attempt(async () => show(await ask("runReset", {})));
