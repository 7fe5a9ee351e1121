// What the figures were measured on.
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: [all[0]?.model.trim() ?? "unknown", ...generation()].join(", "),
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** Virtual machines give processors names as wide as "AMD EPYC": family and model tell which generation it is. */
function generation(): string[] {
  let lines: string;
  try {
    lines = readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return [];
  }
  const found = ["cpu family", "model"].map(
    (name) => new RegExp(`^${name}\\s*: (\\d+)$`, "m").exec(lines)?.[1],
  );
  return found.includes(undefined) ? [] : [`family ${found[0]} model ${found[1]}`];
}
