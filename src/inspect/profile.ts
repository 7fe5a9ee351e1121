// Where the time of a step goes, kernel by kernel.
//
// A kernel's time is measured on the calling thread, from its start until its last chunk is done, while all threads work
// on it: what is lost at the barrier is in it. Kernels run one after another, in the order of the step, so each finds the caches
// as the step leaves them. In the step itself, kernels that do not depend on each other overlap: the sum may then be a
// little more than the step. A GPU measures them with its own clock; a step on it ends when it has nothing left to do.
import {
  engine,
  type KernelTiming,
  type MachinePeak,
  type ProgramTiming,
} from "../tensor/engine.ts";
import { BackendError, checkOptions, OptionError } from "../tensor/errors.ts";
import type { FusedOp, Phase } from "../tensor/origin.ts";
import { labelOf } from "../tensor/originLabel.ts";
import { kindOf } from "./kernelKinds.ts";

/** What is profiled: a function that computes a step, or something that has one. */
export type Profiled = (() => unknown) | { run(): unknown };

export interface ProfileOptions {
  /** Steps that are timed, each twice: as a whole, and kernel by kernel (default 20). */
  readonly runs?: number;
  /** Steps before that, also in both forms, in which code is compiled and optimised (default 10). */
  readonly warmup?: number;
  /** Measure what the processor reaches at best, for the shares (default true; about a second, once). Not done for GPUs. */
  readonly peak?: boolean;
}

/** One kernel of a step. */
export interface KernelProfile {
  /** Module, ops and kernel in words: `0 conv2d+bias+sigmoid`. */
  readonly label: string;
  /** The kernel's own name. */
  readonly name: string;
  /** What sort of work it is: `conv forward`, `conv weight gradient`, `pool`, `optimizer`, … */
  readonly kind: string;
  readonly phase: Phase;
  /** Dotted path of the module that it comes from; "" outside of all, as loss and optimizer are. */
  readonly path: string;
  /** The ops that it computes, in the order in which values pass through them. */
  readonly ops: readonly FusedOp[];
  /** Times that it runs in a step: more than once only if whole programs do. */
  readonly calls: number;
  /** Pieces that threads share; 1 runs on one thread. */
  readonly chunks: number;
  /** Median over the runs, of all calls in a step together. */
  readonly ms: number;
  /** Of the kernels' time. */
  readonly share: number;
  readonly flops: number;
  readonly gflopsPerSecond: number;
  /** Bytes of the tensors that it reads and writes, each counted once: what caches spare is in it. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly gigabytesPerSecond: number;
  /** Of what the machine reaches at best; null if that was not measured. */
  readonly computeShare: number | null;
  readonly bandwidthShare: number | null;
  /** Temporaries that it touches, and their share of all temporaries. */
  readonly arenaBytes: number;
  readonly arenaShare: number;
}

/** Kernels of one kind together. */
export interface KindProfile {
  readonly kind: string;
  readonly kernels: number;
  readonly ms: number;
  readonly share: number;
  readonly gflopsPerSecond: number;
}

/** Where the time of a step goes. Plain data: it survives JSON. */
export interface Profile {
  readonly backend: string;
  readonly threads: number;
  /** The GPU's name; null where the processor computes. */
  readonly device: string | null;
  readonly runs: number;
  /** Median of whole steps, not timed inside, each from its start until all of it is computed. */
  readonly stepMs: number;
  /** Sum over the kernels. */
  readonly kernelMs: number;
  /** The rest of the step: starting programs, writing inputs, waiting. Less than 0 where kernels overlap. */
  readonly overheadMs: number;
  readonly peak: MachinePeak | null;
  /** Bytes of temporaries. */
  readonly arenaBytes: number;
  /** Longest first. */
  readonly kinds: readonly KindProfile[];
  /** In the order in which they run. */
  readonly kernels: readonly KernelProfile[];
}

/**
 * Times a step as a whole and kernel by kernel, with all threads.
 *
 * The function must compute the same each time (a training step on one batch, a forward pass and `realize()`): it is called
 * `1 + 2 · (warmup + runs)` times, so a network that it trains goes on learning.
 *
 * @param step    function, which may be async, or something with `run()`, such as a captured step
 * @param options runs, warmup, peak
 * @throws OptionError for unknown options, or numbers of runs below 1
 * @throws BackendError if nothing was computed, or the backend has no kernels (reference)
 * @example
 * const net = new Sequential(new Conv2d(1, 4, 3), new Sigmoid());
 * const x = Tensor.ones([8, 1, 12, 12]);
 * const { kernels } = await profile(() => noGrad(() => net.forward(x).realize()), { runs: 2, peak: false });
 * kernels.map(({ label }) => label); // ["0 conv2d+bias+sigmoid"]
 * // not run: needs a backend with kernels
 */
export async function profile(step: Profiled, options: ProfileOptions = {}): Promise<Profile> {
  checkOptions("profile", options, ["runs", "warmup", "peak"]);
  const { runs = 20, warmup = 10, peak: withPeak = true } = options;
  for (const [name, value, least] of [["runs", runs, 1] as const, ["warmup", warmup, 0] as const])
    if (!Number.isInteger(value) || value < least)
      throw new OptionError(
        `profile: ${name} must be a whole number of at least ${least}, got ${value}`,
      );
  const run = typeof step === "function" ? step : () => step.run();
  const own = engine();
  const { backend, threads, device, peak } = own.machine();
  await recorded(run);
  // Both forms: what is timed kernel by kernel may be code of its own.
  for (let i = 0; i < warmup; i++) {
    await run();
    await recorded(run);
  }
  const steps: number[] = [];
  const rounds: (readonly ProgramTiming[])[] = [];
  // In turn, so that a machine that slows down does so for both.
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    const rest = own.idle();
    if (rest !== null) await rest;
    steps.push(performance.now() - start);
    rounds.push(await recorded(run));
  }
  const kernels = joined(rounds);
  const best = withPeak ? await peak() : null;
  const arenaBytes = Math.max(...(rounds[0] ?? []).map((program) => program.arenaBytes));
  const kernelMs = sum(kernels, ({ ms }) => ms);
  const stepMs = median(steps);
  const whole = { kernelMs, arenaBytes, peak: best };
  const profiles = kernels.map((kernel) => profileOf(kernel, whole));
  return {
    ...{ backend, threads, device, runs, stepMs, kernelMs, overheadMs: stepMs - kernelMs },
    ...{ peak: best, arenaBytes, kinds: kindsOf(profiles, kernelMs), kernels: profiles },
  };
}

/** What a step took, program by program. */
async function recorded(run: () => unknown): Promise<ProgramTiming[]> {
  const told: (ProgramTiming | Promise<ProgramTiming>)[] = [];
  const own = engine();
  own.listen((program) => {
    told.push(program);
    // A step that fails says why itself; what it leaves is not waited for.
    if (program instanceof Promise) program.catch(() => {});
  });
  try {
    await run();
    // Where code is on its way, the step runs when that is there.
    if (own.arriving !== null) await own.arriving;
  } finally {
    own.listen(null);
  }
  const programs = await Promise.all(told);
  if (programs.length === 0)
    throw new BackendError("profile: the step computed nothing", {
      hint: "values are computed when they are asked for: call t.realize(), or await t.data()",
    });
  if (programs.every(({ kernels }) => kernels === null))
    throw new BackendError(`profile: ${own.machine().backend} has no kernels that could be timed`, {
      hint: 'setBackend("wasm")',
    });
  return programs;
}

interface Timed extends KernelTiming {
  readonly calls: number;
}

/** Medians over the rounds; a kernel that runs several times in a step is one entry. */
function joined(rounds: readonly (readonly ProgramTiming[])[]): Timed[] {
  const flat = rounds.map((programs) => programs.flatMap(({ kernels }) => kernels ?? []));
  const [first = []] = flat;
  if (flat.some(({ length }) => length !== first.length))
    throw new BackendError("profile: the step does not compute the same each time", {
      hint: "profile one batch of one size, without anything that happens only sometimes",
    });
  const found = new Map<string, Timed>();
  first.forEach((timing, i) => {
    const ms = median(flat.map((round) => (round[i] as KernelTiming).ms));
    // Several runs of one program have the same kernels: these, and no others, share their origin.
    const key = `${timing.name}|${JSON.stringify(timing.origin)}|${timing.flops}`;
    const same = rounds[0]?.length === 1 ? undefined : found.get(key);
    const id = rounds[0]?.length === 1 ? String(i) : key;
    found.set(id, {
      ...timing,
      ms: (same?.ms ?? 0) + ms,
      flops: (same?.flops ?? 0) + timing.flops,
      calls: (same?.calls ?? 0) + 1,
    });
  });
  return [...found.values()];
}

function profileOf(
  { name, ms, chunks, flops, arenaBytes, origin, calls }: Timed,
  whole: Pick<Profile, "kernelMs" | "arenaBytes" | "peak">,
): KernelProfile {
  const { path = "", ops = [], phase = "forward" } = origin ?? {};
  const readBytes = calls * (origin?.readBytes ?? 0);
  const writtenBytes = calls * (origin?.writtenBytes ?? 0);
  const gflopsPerSecond = rate(flops, ms);
  const gigabytesPerSecond = rate(readBytes + writtenBytes, ms);
  const { kernelMs, peak } = whole;
  return {
    ...{
      label: labelOf(name, origin),
      name,
      kind: kindOf(name, origin),
      phase,
      path,
      ops,
      calls,
      chunks,
    },
    ...{ ms, share: kernelMs > 0 ? ms / kernelMs : 0, flops, gflopsPerSecond },
    ...{ readBytes, writtenBytes, gigabytesPerSecond },
    computeShare: peak === null ? null : gflopsPerSecond / peak.gflopsPerSecond,
    bandwidthShare: peak === null ? null : gigabytesPerSecond / peak.copyGigabytesPerSecond,
    ...{ arenaBytes, arenaShare: whole.arenaBytes > 0 ? arenaBytes / whole.arenaBytes : 0 },
  };
}

function kindsOf(kernels: readonly KernelProfile[], kernelMs: number): KindProfile[] {
  return [...new Set(kernels.map(({ kind }) => kind))]
    .map((kind) => {
      const members = kernels.filter((kernel) => kernel.kind === kind);
      const ms = sum(members, (member) => member.ms);
      const gflopsPerSecond = rate(
        sum(members, ({ flops }) => flops),
        ms,
      );
      const share = kernelMs > 0 ? ms / kernelMs : 0;
      return { kind, kernels: members.length, ms, share, gflopsPerSecond };
    })
    .sort((a, b) => b.ms - a.ms);
}

/** Thousand millions in a second. A clock that is too coarse for a kernel gives 0 ms: then 0. */
function rate(count: number, ms: number): number {
  return ms > 0 ? count / ms / 1e6 : 0;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
