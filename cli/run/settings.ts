// What a run was asked to do: enough to do it again, or to go on with it.
import { createRequire } from "node:module";
import { arch, cpus, platform, totalmem } from "node:os";

export interface RunSettings {
  readonly model: string;
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: "sgd" | "adam";
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly backend: string;
  /** `null`: as many as the machine has cores. */
  readonly threads: number | null;
  /** Only so many training images; `null`: all. */
  readonly limit: number | null;
  /** Seconds between two checkpoints inside an epoch. */
  readonly checkpointEvery: number;
}

const kinds: Readonly<Record<keyof RunSettings, readonly string[]>> = {
  model: ["string"],
  data: ["string"],
  epochs: ["number"],
  batchSize: ["number"],
  optimizer: ["string"],
  lr: ["number"],
  momentum: ["number"],
  weightDecay: ["number"],
  seed: ["number"],
  backend: ["string"],
  threads: ["number", "null"],
  limit: ["number", "null"],
  checkpointEvery: ["number"],
};

/** Does what was read from a log have the form of settings? Values are checked where they are used. */
export function isRunSettings(value: unknown): value is RunSettings {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(kinds).every(([name, allowed]) => {
    return allowed.includes(fields[name] === null ? "null" : typeof fields[name]);
  });
}

/** Where a run took place. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly fovea: string;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.version,
    fovea: version(),
  };
}

/** The version in package.json. */
export function version(): string {
  const require = createRequire(import.meta.url);
  // The sources lie one folder below package.json, the compiled command two.
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = require(path) as { name: string; version: string };
      if (name === "fovea") return version;
    } catch {
      // Not there: try the next one.
    }
  }
  return "unknown";
}

/** The settings in one line: "10 epochs, batch 256, sgd lr 0.9, seed 0". */
export function settingsText(settings: RunSettings): string {
  const { epochs, batchSize, optimizer, lr, momentum, weightDecay, seed } = settings;
  const parts = [
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`,
    `batch ${batchSize}`,
    `${optimizer} lr ${lr}${momentum === 0 ? "" : `, momentum ${momentum}`}`,
    ...(weightDecay === 0 ? [] : [`weight decay ${weightDecay}`]),
    `seed ${seed}`,
  ];
  return parts.join(", ");
}
