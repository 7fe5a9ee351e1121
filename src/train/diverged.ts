// Training that ran into NaN or infinity: the error, and the search for the layer where it began.
import { type ForwardCall, type Module, withForwardHook } from "../nn/index.ts";
import { collectBufferUpdates } from "../tensor/buffers.ts";
import { type Fact, FoveaError } from "../tensor/errors.ts";
import { noGrad } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Loss } from "./step.ts";

/** Where NaN or infinity first appeared. */
export interface DivergencePlace {
  /** Path of the layer, or "loss" if all layers are finite. */
  readonly layer: string;
  readonly description: string;
}

/**
 * The loss became NaN or infinite. The network has its values of the last check that was good.
 * @example DivergedError.prototype instanceof FoveaError // true
 */
export class DivergedError extends FoveaError {
  /** The first step whose loss is not finite, counted from 1 since training began. */
  readonly step: number;
  /** Counted from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly layer: string | null;
  /** Steps that the values left in the network have seen. */
  readonly goodStep: number;

  constructor(details: {
    readonly step: number;
    readonly epoch: number;
    readonly learningRate: number;
    readonly loss: number;
    readonly place: DivergencePlace | null;
    readonly goodStep: number;
  }) {
    const { step, epoch, learningRate, loss, place, goodStep } = details;
    const facts: Fact[] = [
      { name: "step", value: String(step), remark: `epoch ${epoch}` },
      { name: "lr", value: String(learningRate) },
    ];
    if (place !== null)
      facts.push({ name: "first in", value: place.layer, remark: place.description });
    facts.push({ name: "network", value: `has its values after step ${goodStep}` });
    super(`training diverged: the loss is ${loss}`, { facts, hint: "lower the learning rate" });
    this.step = step;
    this.epoch = epoch;
    this.learningRate = learningRate;
    this.loss = loss;
    this.layer = place?.layer ?? null;
    this.goodStep = goodStep;
  }
}

/** Runs the batch forward and finds the first layer whose output has a NaN or an infinity. */
export async function findDivergence(
  net: Module,
  loss: Loss,
  x: Tensor,
  target: Tensor,
): Promise<DivergencePlace | null> {
  const calls: ForwardCall[] = [];
  // The layers behave as in training, but their running statistics stay where they are.
  const [value] = collectBufferUpdates(() =>
    noGrad(() => {
      const logits = withForwardHook(
        (call) => calls.push(call),
        () => net.forward(x),
      );
      return loss(logits, target);
    }),
  );
  for (const { module, path, output } of calls) {
    if (await allFinite(output)) continue;
    const broken = await firstBroken(module);
    const description =
      broken === null ? module.describe() : `${module.describe()}; ${broken} itself is not finite`;
    return { layer: path || "model", description };
  }
  return (await allFinite(value)) ? null : { layer: "loss", description: "all layers are finite" };
}

async function firstBroken(module: Module): Promise<string | null> {
  for (const [name, variable] of module.stateDict()) if (!(await allFinite(variable))) return name;
  return null;
}

async function allFinite(tensor: Tensor): Promise<boolean> {
  return (await tensor.data()).every((value) => Number.isFinite(value));
}
