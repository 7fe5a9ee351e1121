// What can be asked of trainings.
import { problemOf } from "../../problem.ts";
import { isGpuLost } from "../backend.ts";
import { loadDataset } from "../data/load.ts";
import { checkpointOf, type NewRun, sessionOfFile, sessionOfKept } from "../run/checkpoint.ts";
import { confusion } from "../run/confusion.ts";
import { atRest, currentRun, requireRun, setCurrentRun } from "../run/current.ts";
import { health } from "../run/health.ts";
import { look } from "../run/look.ts";
import { requirePicturesOf } from "../run/pictures.ts";
import { Session } from "../run/session.ts";
import { forgetRun, keepRun, keptRun, keptRuns, renameRun } from "../run/storage.ts";
import type {
  LayerHealth,
  LookKind,
  RunConfusion,
  RunEvent,
  RunLook,
  RunSettings,
  RunSummary,
  RunView,
} from "../run/types.ts";

type Nothing = Record<string, never>;
interface OfRun {
  readonly id: string;
}
/** Another number asks anew: the network has changed. */
interface Versioned {
  readonly version: number;
}

const newRun = (): NewRun => ({ id: crypto.randomUUID(), createdAt: Date.now() });

async function open(run: Session): Promise<RunView> {
  await setCurrentRun(run);
  return run.view();
}

/** Keeps a training in the browser's storage. */
async function keep(run: Session): Promise<void> {
  const { id, settings, createdAt, status, classes, parameters, epochs, steps, backends } =
    run.view();
  const curves = { epochs, steps, ...(backends === undefined ? {} : { backends }) };
  const summary = { id, settings, createdAt, status, classes, parameters, ...curves };
  await keepRun({ summary, checkpoint: await checkpointOf(run) });
}

async function runOpen({ settings }: { readonly settings: RunSettings }): Promise<RunView> {
  const data = await loadDataset(settings.dataset, settings.inputShape);
  return open(new Session({ ...newRun(), settings, data }));
}

async function runTrain(
  { paused }: { readonly paused: boolean },
  tell: (event: RunEvent) => void,
): Promise<RunView> {
  const run = requireRun();
  await run.train(paused, tell, async () => {
    try {
      await keep(run);
    } catch (error) {
      // The page says that the GPU is lost, and what is kept.
      if (await isGpuLost()) return;
      // Training goes on: what cannot be kept can still be downloaded.
      tell({ type: "unsaved", text: problemOf(error) });
    }
  });
  return run.view();
}

async function runReset(_: Nothing): Promise<RunView> {
  const run = requireRun();
  await run.reset();
  return run.view();
}

async function runLoad({ id }: OfRun): Promise<RunView> {
  const now = currentRun()?.view();
  // What is open is further than what was kept of it.
  if (now?.id === id && now.status !== "ready") return now;
  const { summary, checkpoint } = await keptRun(id);
  const { settings, createdAt } = summary;
  return open(await sessionOfKept({ id, createdAt }, settings, checkpoint, summary));
}

async function runImport({
  name,
  bytes,
}: {
  readonly name: string;
  readonly bytes: Uint8Array;
}): Promise<RunView> {
  const run = await sessionOfFile(newRun(), name, bytes);
  await keep(run).catch(() => {});
  return open(run);
}

async function runExport({
  id,
}: OfRun): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const run = currentRun();
  if (run?.id === id) {
    const bytes = await atRest(() => checkpointOf(run));
    return { name: fileName(run.settings.title), bytes };
  }
  const { summary, checkpoint } = await keptRun(id);
  return { name: fileName(summary.settings.title), bytes: checkpoint };
}

/** What training reached before the page was closed is over, unless it goes on here. */
async function runList(_: Nothing): Promise<RunSummary[]> {
  const now = currentRun()?.view();
  return (await keptRuns()).map((summary) => {
    if (summary.id === now?.id) return { ...summary, status: now.status };
    const wasUnderWay = summary.status === "running" || summary.status === "paused";
    return wasUnderWay ? { ...summary, status: "done" } : summary;
  });
}

async function runDelete({ id }: OfRun): Promise<void> {
  const run = currentRun();
  // What still trains would be kept again.
  if (run?.id === id) await run.stop();
  await forgetRun(id);
}

async function runRename({ id, title }: OfRun & { readonly title: string }): Promise<void> {
  const run = currentRun();
  if (run?.id === id) run.rename(title);
  await renameRun(id, title);
}

function fileName(title: string): string {
  return `${title.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "") || "network"}.safetensors`;
}

/** The training that is open, if its pictures are here too. */
function requirePictures(): Session {
  const run = requireRun();
  requirePicturesOf(run);
  return run;
}

export const runHandlers = {
  runOpen,
  runTrain,
  runReset,
  runLoad,
  runImport,
  runExport,
  runCurrent: (_: Nothing): RunView | null => currentRun()?.view() ?? null,
  runPause: (_: Nothing): void => requireRun().pause(),
  runResume: (_: Nothing): void => requireRun().resume(),
  runStep: (_: Nothing): void => requireRun().step(),
  runRate: ({ lr }: { readonly lr: number }): void => requireRun().setRate(lr),
  runStop: (_: Nothing): Promise<void> => requireRun().stop(),
  runList,
  runDelete,
  runRename,
  runLook: ({
    index,
    kind = "forward",
  }: Versioned & { readonly index: number; readonly kind?: LookKind }): Promise<RunLook> =>
    atRest(() => look(requirePictures(), index, kind)),
  runHealth: async (_: Versioned): Promise<{ readonly layers: readonly LayerHealth[] }> => ({
    layers: await atRest(() => health(requirePictures())),
  }),
  runConfusion: (_: Versioned): Promise<RunConfusion> => atRest(() => confusion(requirePictures())),
};
