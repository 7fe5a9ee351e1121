// What loss layers share: their reduction, how they print, and the weights that they keep.
import { checkReduction } from "../ops/losses.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** A loss with a reduction; `forward(input, target)` calls the function of the same name. */
export abstract class LossModule<Reduction extends string> extends Module {
  readonly reduction: Reduction | "mean";

  constructor(
    options: { readonly reduction?: Reduction },
    others: readonly Exclude<Reduction, "mean" | "sum" | "none">[] = [],
  ) {
    super();
    this.reduction = checkReduction(new.target.name, options, others) as Reduction | "mean";
  }

  abstract override forward(input: Tensor, target: Tensor): Tensor;

  /** Options that differ from the defaults, for a subclass to add to. */
  protected parts(): string[] {
    return [];
  }

  override extraRepr(): string {
    const own = this.parts();
    return (this.reduction === "mean" ? own : [...own, `reduction ${this.reduction}`]).join(", ");
  }
}

/** Given weights as a buffer, which state dicts hold. */
export function bufferOf(weight: Tensor | null | undefined): Variable | null {
  if (weight === null || weight === undefined) return null;
  return weight instanceof Variable ? weight : new Variable(weight);
}
