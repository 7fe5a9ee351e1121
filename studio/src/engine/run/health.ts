// How the layers of a network fare: sizes of weights and gradients, and units that say the same of every picture.
import { autograd, crossEntropy, type nn, type Tensor } from "../../../../src/index.ts";
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
  return Promise.all(
    layers.map(async (layer) => {
      const own = layer.module.parameters();
      return {
        path: layer.path,
        type: layer.module.constructor.name,
        weightNorm: own.length === 0 ? null : await normOf(own),
        gradNorm:
          own.length === 0
            ? null
            : await normOf(own.flatMap((parameter) => gradientOf.get(parameter) ?? [])),
        deadShare: await deadShare(layer),
      };
    }),
  );
}

/** Euclidean norm of all elements together. */
async function normOf(tensors: readonly Tensor[]): Promise<number> {
  const squares = await Promise.all(tensors.map((tensor) => tensor.square().sum().item()));
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}

/** Share of the channels (or features) that have one value for all pictures and places. */
async function deadShare({ module, output }: LayerCall): Promise<number | null> {
  if (!canDie.has((module as nn.Module).constructor.name)) return null;
  const [batch = 0, units = 0, ...place] = output.shape;
  const area = place.reduce((product, size) => product * size, 1);
  const values = await output.data();
  let dead = 0;
  for (let unit = 0; unit < units; unit++) {
    const first = values[unit * area] as number;
    let isSame = true;
    for (let n = 0; n < batch && isSame; n++) {
      const start = (n * units + unit) * area;
      for (let i = start; i < start + area && isSame; i++)
        isSame = Math.abs((values[i] as number) - first) <= sameWithin;
    }
    if (isSame) dead++;
  }
  return dead / units;
}
