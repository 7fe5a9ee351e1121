// What a training step keeps in memory, and when: from its plan, without computing anything.
import type { Module } from "../nn/module.ts";
import { planAtOnce } from "../planAtOnce.ts";
import type { Rehearsal } from "../tensor/engine.ts";
import type { KernelOrigin, Phase } from "../tensor/origin.ts";
import { labelOf } from "../tensor/originLabel.ts";
import {
  type EstimateMemoryOptions,
  type MemoryEstimate,
  planTraining,
} from "../train/planTraining.ts";

/** A value among the temporaries of a step. */
export interface TemporaryValue {
  /** Dotted path of the module that it comes from; "" outside of all. */
  readonly path: string;
  /** The op that makes it. */
  readonly op: string;
  /** forward: an activation; backward: a gradient; update: what the optimizer needs on the way. */
  readonly phase: Phase;
  readonly bytes: number;
  /** Stages of the step, from 0, in which it must be there: from the one that makes it to the last that reads it. */
  readonly from: number;
  readonly to: number;
}

/** What a training step keeps in memory. */
export interface MemoryUse {
  /** Parameters, optimizer, data and temporaries, as `train.estimateMemory` gives them. */
  readonly estimate: MemoryEstimate;
  /** Bytes that temporaries take at each stage of the step; kernels of one stage may run at the same time. */
  readonly timeline: readonly number[];
  /** Where temporaries take most. */
  readonly peak: {
    readonly stage: number;
    readonly bytes: number;
    /** Of these bytes, by what they are. */
    readonly activations: number;
    readonly gradients: number;
    readonly others: number;
    /** Kernels of that stage. */
    readonly kernels: readonly string[];
    /** Values that are there, the largest first. */
    readonly values: readonly TemporaryValue[];
  };
  /** All temporaries, the largest first. */
  readonly values: readonly TemporaryValue[];
}

/**
 * What a training step keeps in memory: what lives when, where it takes most, and which values that are. The step is
 * planned for the present backend, not run.
 * @param options as for `train.estimateMemory`: inputShape, batchSize, optimizer, loss, …
 * @throws OptionError for unknown options, or without the shape of the images
 * @example
 * const net = new Sequential(new Conv2d(1, 8, 3), new ReLU(), new Flatten(), new Linear(8 * 26 * 26, 10));
 * const use = memoryUse(net, { inputShape: [1, 28, 28], batchSize: 64, optimizer: sgd({ lr: 0.1 }) });
 * use.peak.bytes <= use.estimate.temporaries // true
 */
export function memoryUse(net: Module, options: EstimateMemoryOptions): MemoryUse {
  planAtOnce();
  const { estimate, plan } = planTraining(net, options);
  const values = valuesOf(plan);
  const timeline = plan.stages.map((_, stage) => sumOf(values.filter((one) => lives(one, stage))));
  const stage = Math.max(0, timeline.indexOf(Math.max(...timeline)));
  const present = values.filter((one) => lives(one, stage));
  const [activations, gradients] = (["forward", "backward"] as const).map((phase) =>
    sumOf(present.filter((one) => one.phase === phase)),
  ) as [number, number];
  const bytes = timeline[stage] ?? 0;
  const kernels = (plan.stages[stage] ?? []).map((origin: KernelOrigin) => labelOf("", origin));
  const others = bytes - activations - gradients;
  const peak = { stage, bytes, activations, gradients, others, kernels, values: present };
  return { estimate, timeline, peak, values };
}

function valuesOf({ uses }: Rehearsal): TemporaryValue[] {
  return uses
    .map(({ path, core, phase, bytes, from, to }) => ({ path, op: core, phase, bytes, from, to }))
    .sort((a, b) => b.bytes - a.bytes);
}

function lives({ from, to }: TemporaryValue, stage: number): boolean {
  return from <= stage && stage <= to;
}

function sumOf(values: readonly TemporaryValue[]): number {
  return values.reduce((sum, { bytes }) => sum + bytes, 0);
}
