// Gaussian error linear unit as a layer.
import { type GeluOptions, gelu } from "../ops/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Gaussian error linear unit of each element, as `torch.nn.GELU`; the shape stays.
 *
 *     y = x/2 · (1 + erf(x / √2)), or with `approximate: "tanh"`  x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
 *
 * @throws OptionError for another approximation
 * @example await new GELU().forward(Tensor.from([0])).array() // [0]
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: GeluOptions = {}) {
    super();
    checkOptions("GELU", options, ["approximate"]);
    const { approximate = "none" } = options;
    if (approximate !== "none" && approximate !== "tanh") {
      throw new OptionError(
        `GELU: approximate must be "none" or "tanh", got ${JSON.stringify(approximate)}`,
      );
    }
    this.approximate = approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return this.approximate === "none" ? "" : `approximate ${this.approximate}`;
  }
}
