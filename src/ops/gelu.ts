// gelu: x times the probability that a standard normal variable is below x.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCasesWith } from "./cases.ts";
import { erf, errorFunction } from "./erf.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

interface GeluParams {
  readonly approximate: "none" | "tanh";
}

/** Φ(x) ≈ (1 + tanh u) / 2 = σ(2u) with 2u = slope · (x + cubic · x³). */
const slope = 2 * Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

export const geluOp = pointwise<GeluParams>({
  name: "gelu",
  arity: 1,
  domain: "float",
  scalar: ([x], { approximate }) =>
    approximate === "none"
      ? 0.5 * x * (1 + errorFunction(x * Math.SQRT1_2))
      : x / (1 + Math.exp(-slope * (x + cubic * x ** 3))),
  expression(math, [x], { approximate }) {
    if (approximate === "none") {
      const half = math.mul(x, math.float(0.5));
      return math.fma(half, math.erf(math.mul(x, math.float(Math.SQRT1_2))), half);
    }
    const scaled = math.mul(x, math.float(slope));
    const square = math.mul(x, x);
    return math.mul(x, math.sigmoid(math.fma(math.mul(scaled, square), math.float(cubic), scaled)));
  },
  backward({ grad, inputs: [input], params: { approximate } }) {
    const x = input as Tensor;
    const square = x.mul(x);
    if (approximate === "none") {
      const below = erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
      const density = square
        .mul(-0.5)
        .exp()
        .mul(1 / Math.sqrt(2 * Math.PI));
      return [grad.mul(below.add(x.mul(density)))];
    }
    const below = square.mul(cubic).add(1).mul(x).mul(slope).sigmoid();
    const density = below.mul(below.neg().add(1)).mul(
      square
        .mul(3 * cubic)
        .add(1)
        .mul(slope),
    );
    return [grad.mul(below.add(x.mul(density)))];
  },
  cases: [
    ...unaryCasesWith<GeluParams>({ approximate: "none" }),
    ...unaryCasesWith<GeluParams>({ approximate: "tanh" }, "normal", "with tanh"),
    {
      name: "far from 0",
      inputs: [{ shape: [6], values: { data: [-9, -2, 0, 2, 9, 50] } }],
      params: { approximate: "none" },
      gradient: false,
    },
    {
      name: "with tanh, far from 0",
      inputs: [{ shape: [5], values: { data: [-2, 0, 2, 9, 50] } }],
      params: { approximate: "tanh" },
      gradient: false,
    },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32", values: [-9, 9] }],
      params: { approximate: "none" },
      refused: /takes float32, got int32/,
    },
  ],
});

export interface GeluOptions {
  /** `"none"`: the exact form with erf (default); `"tanh"`: its approximation. */
  readonly approximate?: "none" | "tanh";
}

/**
 * x · Φ(x), Φ the cumulative distribution of the standard normal, as `torch.nn.functional.gelu`.
 *
 *     none:  y = x/2 · (1 + erf(x / √2))
 *     tanh:  y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
 *
 * @param options approximate: `"none"` (default) or `"tanh"`
 * @throws OptionError for another approximation
 * @example await gelu(Tensor.from([0])).array() // [0]
 * @see Hendrycks & Gimpel 2016, "Gaussian error linear units"
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh") {
    throw new OptionError(
      `gelu: approximate must be "none" or "tanh", got ${JSON.stringify(approximate)}`,
    );
  }
  return floating(geluOp, [x], { approximate });
}
