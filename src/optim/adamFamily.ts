// What Adam and its relatives share: running means with two rates of decay, and the checks of their options.
import { OptionError } from "../tensor/errors.ts";
import { checkNumber, Optimizer } from "./optimizer.ts";
import type { Filled } from "./paramGroup.ts";

/** Options of Adam and its relatives. */
export interface AdamFamilyOptions {
  /** Learning rate (default 0.001; Adamax and NAdam: 0.002). */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square (default [0.9, 0.999]). */
  readonly betas?: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  readonly eps?: number;
  /** L2 penalty, added to the gradient (default 0; AdamW: 0.01, taken off the parameter itself). */
  readonly weightDecay?: number;
}

/** Defaults but for the learning rate. */
export const familyDefaults = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;

/** Base of Adam and its relatives. */
export abstract class AdamFamily<Options extends AdamFamilyOptions> extends Optimizer<Options> {
  protected override check(options: Filled<Options>): void {
    const { name } = this.constructor;
    const { betas, eps, weightDecay } = options as Filled<AdamFamilyOptions>;
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new OptionError(`${name}: betas must be two numbers, got ${JSON.stringify(betas)}`);
    }
    checkNumber(name, "betas[0]", betas[0], 0, 1);
    checkNumber(name, "betas[1]", betas[1], 0, 1);
    checkNumber(name, "eps", eps, 0);
    checkNumber(name, "weightDecay", weightDecay, 0);
  }

  protected override get changeable(): readonly string[] {
    return ["lr", "betas"];
  }
}
