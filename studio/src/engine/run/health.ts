// How the layers of a network fare: sizes of weights and gradients, and units that say the same of every picture.
import { amax, amin, autograd, crossEntropy, type Tensor } from "../../../../src/index.ts";
import { readAll } from "../readAll.ts";
import { callsOf, type LayerCall } from "./calls.ts";
import { testBatch } from "./pictures.ts";
import type { Session } from "./session.ts";
import type { LayerHealth } from "./types.ts";

/** Layers whose units can get stuck at one value. */
const canDie = new Set([
  "ReLU",
  "ReLU6",
  "Sigmoid",
  "Tanh",
  "Hardtanh",
  "Hardsigmoid",
  "Hardswish",
]);

/** Outputs that differ by less are the same. */
const sameWithin = 1e-6;

/** Values of one picture, about; a batch holds as many pictures as make some hundred thousand. */
const valuesOfBatch = 50_000;

export async function health(run: Session): Promise<LayerHealth[]> {
  const [channels, height, width] = run.settings.inputShape;
  const count = Math.max(4, Math.min(64, Math.ceil(valuesOfBatch / (channels * height * width))));
  const { x, y } = testBatch(run, count);
  const { output, layers } = callsOf(run.net, x);
  const parameters = run.net.parameters();
  const gradients = autograd.grad(crossEntropy(output, y), parameters, { allowUnused: true });
  const gradientOf = new Map(parameters.map((parameter, i) => [parameter, gradients[i] ?? null]));
  const measured = layers.map((layer) => {
    const own = layer.module.parameters();
    return {
      weight: own.length === 0 ? null : squaresOf(own),
      grad: squaresOf(own.flatMap((parameter) => gradientOf.get(parameter) ?? [])),
      spread: spreadOf(layer),
    };
  });
  // Few numbers are read, all at once: the activations that they come from are never stored.
  const wanted = measured.flatMap(({ weight, grad, spread }) => [weight, grad, spread]);
  const tensors = wanted.filter((tensor) => tensor !== null);
  const read = await readAll(tensors);
  const valuesOf = (tensor: Tensor | null) =>
    tensor === null ? null : (read[tensors.indexOf(tensor)] as Float32Array);
  return layers.map(({ path, module }, i) => {
    const { weight, grad, spread } = measured[i] as (typeof measured)[number];
    const weightNorm = rootOf(valuesOf(weight));
    const dead = valuesOf(spread)?.filter((width) => width <= sameWithin).length;
    return {
      path,
      type: module.constructor.name,
      weightNorm,
      // Parameters on which the loss does not depend have no gradient at all.
      gradNorm: weightNorm === null ? null : (rootOf(valuesOf(grad)) ?? 0),
      deadShare: dead === undefined ? null : dead / (spread?.numel ?? 1),
    };
  });
}

/** The squares of all elements together; null if there are none. */
function squaresOf(tensors: readonly Tensor[]): Tensor | null {
  return tensors
    .map((tensor) => tensor.square().sum())
    .reduce<Tensor | null>((sum, squares) => sum?.add(squares) ?? squares, null);
}

function rootOf(values: Float32Array | null): number | null {
  return values === null ? null : Math.sqrt(values[0] as number);
}

/** For each channel (or feature): how far its values lie apart, over all pictures and places; null where that says nothing. */
function spreadOf({ module, output }: LayerCall): Tensor | null {
  if (!canDie.has(module.constructor.name)) return null;
  const others = output.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return amax(output, others).sub(amin(output, others));
}
