// A trained network as the commands that use one find it: by the name of its run, or by its file alone.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { nn, train } from "../../src/index.ts";
import type { OptionSpecs } from "../options.ts";
import { checkpointOf } from "./folder.ts";
import { loadNetwork } from "./network.ts";
import { type RunSettings, readSettings, usualSettings } from "./settings.ts";

export interface Trained {
  readonly path: string;
  readonly net: nn.Module;
  readonly checkpoint: train.Checkpoint;
  /** How it was trained. */
  readonly settings: RunSettings;
}

/** Options of every command that uses a trained network. */
export const trainedOptions = {
  checkpoint: {
    ...{ type: "text", value: "FILE", defaultText: "last.safetensors of the run" },
    help: "another checkpoint",
  },
  "runs-dir": { type: "text", value: "FOLDER", default: "runs", help: "folder of the runs" },
} as const satisfies OptionSpecs;

/**
 * Loads a trained network.
 * @param name of a run, or a checkpoint; the latest run if not given
 */
export async function loadTrained(
  name: string | undefined,
  given: { readonly checkpoint?: string | undefined; readonly "runs-dir": string },
): Promise<Trained> {
  const isPath = name !== undefined && /[\\/]|\.safetensors$/.test(name);
  const [run, file] =
    isPath && given.checkpoint === undefined ? [undefined, fileOf(name)] : [name, given.checkpoint];
  const found = checkpointOf(given["runs-dir"], run, file);
  const { net, checkpoint } = await loadNetwork(found.path);
  // A run may go on with other settings than a checkpoint of before says, but not with other data.
  const settings = readSettings(checkpoint.settings) ?? found.run?.settings ?? usualSettings;
  return { path: found.path, net, checkpoint, settings };
}

/** The path of a run's folder means its last checkpoint. */
function fileOf(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(path, "last.safetensors") : path;
}
