// One number of layers that work number by number: dense, normalisation, activations, and those that only move numbers.
import { nn } from "../../../../src/index.ts";
import { formulaOf } from "./activationFormulas.ts";
import { at, indexOf, type Values } from "./snapshot.ts";
import type { Arithmetic, LinearTerm } from "./types.ts";

/** The largest products are shown, the others summed. */
const shownTerms = 10;

export async function linearUnit(
  layer: nn.Linear,
  input: Values,
  unit: readonly number[],
): Promise<Arithmetic> {
  const feature = unit.at(-1) ?? 0;
  const weights = await layer.weight.select(0, feature).data();
  const bias = layer.bias === null ? null : await layer.bias.select(0, feature).item();
  const start = indexOf(input.shape, [...unit.slice(0, -1), 0]);
  const all = Array.from(
    weights,
    (weight, i): LinearTerm => ({ feature: i, input: input.data[start + i] as number, weight }),
  );
  const product = (term: LinearTerm): number => term.input * term.weight;
  const sorted = all.toSorted((a, b) => Math.abs(product(b)) - Math.abs(product(a)));
  const sumOf = (terms: readonly LinearTerm[]): number =>
    terms.reduce((sum, term) => sum + product(term), 0);
  const others = sorted.slice(shownTerms);
  const otherSum = sumOf(others);
  const terms = sorted.slice(0, shownTerms);
  const result = sumOf(terms) + otherSum + (bias ?? 0);
  return { kind: "linear", terms, otherTerms: others.length, otherSum, bias, result };
}

export async function normalizationUnit(
  layer: nn.BatchNorm1d | nn.BatchNorm2d,
  input: Values,
  unit: readonly number[],
): Promise<Arithmetic> {
  const [channel = 0] = unit;
  const own = async (tensor: nn.BatchNorm2d["runningMean"], other: number): Promise<number> =>
    tensor === null ? other : tensor.select(0, channel).item();
  const x = at(input, unit);
  const statistics = channelStatistics(input, channel);
  const mean = await own(layer.runningMean, statistics.mean);
  const variance = await own(layer.runningVar, statistics.variance);
  const weight = await own(layer.weight, 1);
  const bias = await own(layer.bias, 0);
  const { eps } = layer;
  const result = ((x - mean) / Math.sqrt(variance + eps)) * weight + bias;
  return { kind: "normalization", input: x, mean, variance, eps, weight, bias, result };
}

/** Of this picture, where the layer keeps none of its training. */
function channelStatistics({ shape, data }: Values, channel: number) {
  const area = shape.slice(1).reduce((product, size) => product * size, 1);
  const own = data.subarray(channel * area, (channel + 1) * area);
  const mean = own.reduce((sum, value) => sum + value, 0) / area;
  const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / area;
  return { mean, variance };
}

/** Null if the layer is neither an activation nor one that hands numbers on. */
export function elementUnit(
  layer: nn.Module,
  input: Values,
  output: Values,
  unit: readonly number[],
): Arithmetic | null {
  const isMover =
    layer instanceof nn.Flatten ||
    layer instanceof nn.Unflatten ||
    layer instanceof nn.Identity ||
    layer instanceof nn.Dropout ||
    layer instanceof nn.Dropout2d ||
    layer instanceof nn.AlphaDropout;
  if (isMover) {
    const from = placeOf(input.shape, indexOf(output.shape, unit));
    return { kind: "copy", from, result: at(input, from) };
  }
  const formula = formulaOf(layer);
  if (formula === null) return null;
  const x = at(input, unit);
  return { kind: "activation", input: x, formula: formula.text, result: formula.of(x) };
}

function placeOf(shape: readonly number[], index: number): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
