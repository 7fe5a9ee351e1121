// How long a process that has just been started takes to its first training step: with the compiled shaders that the driver kept
// from earlier processes, and without.
import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median } from "../report.ts";

const program = fileURLToPath(new URL("startProcess.ts", import.meta.url));
const quiet = "--disable-warning=ExperimentalWarning";

/** When it got how far, in milliseconds since the process was started. */
export interface StartTimes {
  /** The library is loaded, the GPU open, the step planned, and computed: kernels are compiled meanwhile. */
  readonly loadedMs: number;
  readonly openMs: number;
  readonly plannedMs: number;
  readonly doneMs: number;
}

export interface StartReport {
  readonly network: string;
  readonly batch: number;
  /** The driver compiles each shader anew. */
  readonly cold: StartTimes;
  /** It may take those that it kept. */
  readonly warm: StartTimes;
}

/** A process that takes longer hangs. */
const longestMs = 300_000;

/** What drivers take for: keep no shaders. */
const noCache = { __GL_SHADER_DISK_CACHE: "0", MESA_SHADER_CACHE_DISABLE: "true" };

export interface Started {
  readonly model: string;
  readonly size: number;
  readonly batch: number;
}

export async function measureStart(
  { model, size, batch }: Started,
  { software, processes }: { readonly software: boolean; readonly processes: number },
): Promise<StartReport> {
  const words = ["--model", model, "--size", size, "--batch", batch].map(String);
  const once = async (env: Readonly<Record<string, string>>): Promise<StartTimes> => {
    const args = [quiet, program, ...words, "--software", software ? "on" : "off"];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
      timeout: longestMs,
    });
    const ended = event(child, "close");
    let said = "";
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith("{")) {
        said = line;
        // It has said all, and how long it takes to end is not asked.
        child.kill("SIGKILL");
      }
    }
    await ended;
    if (said === "") throw new Error(`the first step of ${model} ended without a loss`);
    const { loss, ...times } = JSON.parse(said) as StartTimes & {
      readonly loss: number;
    };
    if (!Number.isFinite(loss)) throw new Error(`the first loss of ${model} is ${loss}`);
    return times;
  };
  const several = async (env: Readonly<Record<string, string>>): Promise<StartTimes> => {
    const all: StartTimes[] = [];
    for (let i = 0; i < processes; i++) all.push(await once(env));
    const middle = (of: keyof StartTimes): number => Math.round(median(all.map((t) => t[of])));
    return {
      ...{ loadedMs: middle("loadedMs"), openMs: middle("openMs") },
      ...{ plannedMs: middle("plannedMs"), doneMs: middle("doneMs") },
    };
  };
  return { network: model, batch, cold: await several(noCache), warm: await several({}) };
}

export function startLines({ network, batch, cold, warm }: StartReport): string[] {
  const line = (what: string, { loadedMs, openMs, plannedMs, doneMs }: StartTimes): string =>
    `    ${what}: ${doneMs} ms (loaded ${loadedMs}, GPU open ${openMs}, planned ${plannedMs})`;
  return [
    `  ${network}, batch ${batch}`,
    line("shaders compiled anew", cold),
    line("with the driver's kept shaders", warm),
  ];
}
