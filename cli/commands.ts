// The commands by name, each loaded when it is called: `fovea --help` need not load the library.
import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** For `npm start` and the like: not listed in the help. */
  readonly isInternal?: boolean;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "train",
    summary: "train a network, or go on with a training",
    load: async () => (await import("./commands/train.ts")).trainCommand as unknown as Command,
  },
  {
    name: "evaluate",
    summary: "how good a trained network is, class by class",
    load: async () =>
      (await import("./commands/evaluate.ts")).evaluateCommand as unknown as Command,
  },
  {
    name: "compare",
    summary: "runs side by side: what differs, and what it came to",
    load: async () => (await import("./commands/compare.ts")).compareCommand as unknown as Command,
  },
  {
    name: "predict",
    summary: "what a trained network sees in pictures",
    load: async () => (await import("./commands/predict.ts")).predictCommand as unknown as Command,
  },
  {
    name: "summary",
    summary: "the layers of a network: shapes, parameters, work",
    load: async () => (await import("./commands/summary.ts")).summaryCommand as unknown as Command,
  },
  {
    name: "profile",
    summary: "where the time of a step goes, kernel by kernel",
    load: async () => (await import("./commands/profile.ts")).profileCommand as unknown as Command,
  },
  {
    name: "studio",
    summary: "chapters with live figures, in the browser",
    load: async () => (await import("./commands/studio.ts")).studioCommand as unknown as Command,
  },
  {
    name: "data",
    summary: "fetch a data set and look at it",
    load: async () => (await import("./commands/data.ts")).dataCommand as unknown as Command,
  },
  {
    name: "doctor",
    summary: "what this machine offers, what is used, and why not the rest",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand as unknown as Command,
  },
  {
    name: "start",
    summary: "the first run: trains lenet, and shows the result",
    isInternal: true,
    load: async () => (await import("./commands/start.ts")).startCommand as unknown as Command,
  },
];
