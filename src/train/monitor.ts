// Which of two epochs was better: for early stopping, the best checkpoint and schedules that watch a metric.
import { nearest, OptionError } from "../tensor/errors.ts";
import type { EpochRecord, StartEvent } from "./events.ts";

/** A result of an epoch that can be watched. */
export type Metric = "loss" | "accuracy" | "validationLoss" | "validationAccuracy";

const metrics: readonly Metric[] = ["loss", "accuracy", "validationLoss", "validationAccuracy"];

/** Is a smaller value better, or a larger one? */
export type MonitorMode = "min" | "max";

/** What is watched, and when it counts as better. */
export interface Monitor {
  readonly metric: Metric;
  readonly mode: MonitorMode;
  /** Improvements by no more than this do not count. */
  readonly minDelta: number;
}

/** The monitor of these options, checked; accuracies are better when larger, losses when smaller. */
export function monitorOf(
  where: string,
  metric: Metric,
  { mode, minDelta = 0 }: { readonly mode?: MonitorMode | undefined; readonly minDelta?: number },
): Monitor {
  if (!metrics.includes(metric)) {
    const near = nearest(String(metric), metrics);
    throw new OptionError(`${where}: there is no metric "${String(metric)}"`, {
      facts: [{ name: "metrics", value: metrics.join(", ") }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  if (mode !== undefined && mode !== "min" && mode !== "max")
    throw new OptionError(`${where}: mode must be "min" or "max", got ${String(mode)}`);
  if (!(minDelta >= 0 && minDelta < Infinity))
    throw new OptionError(`${where}: minDelta must be at least 0, got ${minDelta}`);
  return { metric, mode: mode ?? (/accuracy$/i.test(metric) ? "max" : "min"), minDelta };
}

/**
 * The watched value of an epoch.
 * @throws OptionError for results of validation where there is no validation data
 */
export function metricOf(where: string, metric: Metric, epoch: EpochRecord): number {
  const value = epoch[metric];
  if (value !== null) return value;
  throw notMeasured(where, metric);
}

/**
 * Throws for results of validation where there will be none.
 * @throws OptionError
 */
export function checkMeasured(where: string, metric: Metric, start: StartEvent): void {
  if (start.validationImages === null && /^validation/.test(metric))
    throw notMeasured(where, metric);
}

function notMeasured(where: string, metric: Metric): OptionError {
  return new OptionError(`${where}: there is no ${metric} without validation data`, {
    hint: `give fit a validation set, or watch ${metric === "validationLoss" ? "loss" : "accuracy"}`,
  });
}

/** Index of the best epoch, the earliest of equals; −1 without epochs. */
export function bestEpoch(
  where: string,
  monitor: Monitor,
  history: readonly EpochRecord[],
): number {
  const sign = monitor.mode === "min" ? -1 : 1;
  let best = -1;
  let bestValue = -Infinity;
  for (const [i, epoch] of history.entries()) {
    const value = sign * metricOf(where, monitor.metric, epoch);
    if (best >= 0 && !(value > bestValue + monitor.minDelta)) continue;
    best = i;
    bestValue = value;
  }
  return best;
}
