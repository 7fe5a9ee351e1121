// How a run goes on that was stopped, or whose GPU failed.
import { BackendError, train } from "../../src/index.ts";
import { ownName } from "../ownName.ts";
import { count } from "../terminal/format.ts";
import type { RunFolder } from "./folder.ts";

/** The command that goes on with a run. */
export function resumeCommand({ name, runsDir }: RunFolder): string {
  const where = runsDir === "runs" ? "" : ` --runs-dir ${runsDir}`;
  return `${ownName()} train --resume ${name}${where}`;
}

/** An error of what computes, with what of the run is saved and how it goes on; other errors as they are. */
export async function withWayOn(error: unknown, folder: RunFolder): Promise<unknown> {
  if (!(error instanceof BackendError)) return error;
  return new BackendError(error.headline, {
    facts: [...error.facts, { name: "saved", value: await saved(folder) }],
    hint: `${resumeCommand(folder)} goes on, with --backend wasm on the processor`,
    cause: error,
  });
}

/** What the last checkpoint holds. It is read whole: nobody is sent to one that cannot be. */
async function saved(folder: RunFolder): Promise<string> {
  const path = folder.file("last");
  if (!folder.hasCheckpoint()) return "nothing yet: it begins again";
  try {
    const { progress } = await train.loadCheckpoint(path);
    return progress === null ? path : `up to step ${count(progress.step)}, in ${path}`;
  } catch (error) {
    return `${path}, which cannot be read: ${(error as Error).message.split("\n")[0]}`;
  }
}
