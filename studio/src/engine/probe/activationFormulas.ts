// Activations as formulas: for the page to show, and to work out one number.
import { nn } from "../../../../src/index.ts";

interface Formula {
  readonly text: string;
  readonly of: (x: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

const plain: Readonly<Record<string, Formula>> = {
  ReLU: { text: "max(x, 0)", of: (x) => Math.max(x, 0) },
  ReLU6: { text: "min(max(x, 0), 6)", of: (x) => clip(x, 0, 6) },
  Sigmoid: { text: "1 / (1 + exp(−x))", of: sigmoid },
  Tanh: { text: "tanh(x)", of: Math.tanh },
  SiLU: { text: "x / (1 + exp(−x))", of: (x) => x * sigmoid(x) },
  Hardsigmoid: { text: "min(max(x + 3, 0), 6) / 6", of: (x) => clip(x + 3, 0, 6) / 6 },
  Hardswish: { text: "x · min(max(x + 3, 0), 6) / 6", of: (x) => (x * clip(x + 3, 0, 6)) / 6 },
  Mish: { text: "x · tanh(ln(1 + exp(x)))", of: (x) => x * Math.tanh(Math.log1p(Math.exp(x))) },
  Softsign: { text: "x / (1 + |x|)", of: (x) => x / (1 + Math.abs(x)) },
};

/** Null for a layer that is no activation of single numbers, or none that is known here. */
export function formulaOf(layer: nn.Module): Formula | null {
  if (layer instanceof nn.LeakyReLU) {
    const { negativeSlope: slope } = layer;
    return { text: `x > 0 ? x : ${slope} · x`, of: (x) => (x > 0 ? x : slope * x) };
  }
  if (layer instanceof nn.ELU) {
    const { alpha } = layer;
    return {
      text: `x > 0 ? x : ${alpha} · (exp(x) − 1)`,
      of: (x) => (x > 0 ? x : alpha * Math.expm1(x)),
    };
  }
  if (layer instanceof nn.Hardtanh) {
    const { minVal, maxVal } = layer;
    return {
      text: `min(max(x, ${minVal}), ${maxVal})`.replaceAll("-", "−"),
      of: (x) => clip(x, minVal, maxVal),
    };
  }
  if (layer instanceof nn.GELU && layer.approximate === "tanh") {
    return {
      text: "x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))",
      of: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    };
  }
  return plain[layer.constructor.name] ?? null;
}
