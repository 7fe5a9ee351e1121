// Single ops on a GPU: what their kernels take, by the GPU's clock where it has one, and how near that is to what it can do.
import { inspect, noGrad, Tensor, Variable } from "../../src/index.ts";
import { engine } from "../../src/tensor/engine.ts";
import type { GpuPeak } from "./peak.ts";
import type { GpuOp } from "./works.ts";

export interface OpReport {
  readonly op: string;
  /** Median, all its kernels together. */
  readonly ms: number;
  readonly kernels: number;
  /** From the call until all is computed: what a program waits for that computes nothing else. */
  readonly callMs: number;
  readonly gflopsPerSecond?: number;
  readonly gigabytesPerSecond?: number;
  /** Of the peak of arithmetic, or of copying. */
  readonly shareOfPeak?: number;
}

/** An op that could not be measured, and why. */
export interface OpFault {
  readonly op: string;
  readonly reason: string;
}

export async function measureOp(
  op: GpuOp,
  { runs, peak }: { readonly runs: number; readonly peak: GpuPeak | null },
): Promise<OpReport> {
  const values = await op.values();
  const updates = values.map(
    ({ value, target }) => [target ?? new Variable(Tensor.zeros(value.shape)), value] as const,
  );
  const captured = noGrad(() => engine().capture(updates));
  try {
    const found = await inspect.profile(captured, {
      runs,
      warmup: Math.ceil(runs / 3),
      peak: false,
    });
    const { kernelMs: ms, stepMs: callMs, kernels } = found;
    const rates = {
      ...(op.flops === undefined ? {} : { gflopsPerSecond: digits(op.flops / ms / 1e6) }),
      ...(op.bytes === undefined ? {} : { gigabytesPerSecond: digits(op.bytes / ms / 1e6) }),
    };
    const [reached, most] =
      rates.gflopsPerSecond === undefined
        ? [rates.gigabytesPerSecond, peak?.copyGigabytesPerSecond]
        : [rates.gflopsPerSecond, peak?.gflopsPerSecond];
    return {
      ...{ op: op.name, ms: digits(ms), kernels: kernels.length, callMs: digits(callMs), ...rates },
      ...(reached === undefined || most === undefined
        ? {}
        : { shareOfPeak: digits(reached / most) }),
    };
  } finally {
    captured.dispose();
  }
}

const digits = (value: number): number => Number(value.toPrecision(4));

const number = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: 4 });

export function opLine({
  op,
  ms,
  kernels,
  callMs,
  gflopsPerSecond,
  gigabytesPerSecond,
  shareOfPeak,
}: OpReport): string {
  const rate =
    gflopsPerSecond === undefined
      ? `${number(gigabytesPerSecond ?? 0)} GB/s`
      : `${number(gflopsPerSecond)} GFLOP/s`;
  const share = shareOfPeak === undefined ? "" : `${Math.round(100 * shareOfPeak)} %`.padStart(6);
  const count = kernels === 1 ? "" : `  ${kernels} kernels`;
  const time = `${number(ms)} ms`.padStart(10);
  return `  ${op.padEnd(56)}${time}${rate.padStart(18)}${share}  (call ${number(callMs)} ms)${count}`;
}
