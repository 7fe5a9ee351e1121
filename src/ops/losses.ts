// What loss functions share: how single losses become one number.
import { OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** `mean` of all losses (the default), their `sum`, or `none`: all of them. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  /** Mean over the elements (default), their sum, or one loss each. */
  readonly reduction?: Reduction;
}

/** The losses as one number. */
export function reduceLoss(losses: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "mean":
      return losses.mean();
    case "sum":
      return losses.sum();
    case "none":
      return losses;
    default:
      return reduction satisfies never;
  }
}

/** The reduction, or an error if there is no such; `others` are known besides the common ones. */
export function checkReduction<Other extends string = never>(
  op: string,
  { reduction = "mean" }: { readonly reduction?: Reduction | Other },
  others: readonly Other[] = [],
): Reduction | Other {
  const known: readonly string[] = ["mean", "sum", "none", ...others];
  if (!known.includes(reduction)) {
    throw new OptionError(`${op}: there is no reduction "${reduction}"`, {
      facts: [{ name: "known", value: known.join(", ") }],
    });
  }
  return reduction;
}
