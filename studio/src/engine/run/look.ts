// What a network makes of one test picture: forward, and backward from its loss.
import { autograd, crossEntropy, nn, softmax, Tensor } from "../../../../src/index.ts";
import { callsOf } from "./calls.ts";
import { inputOf } from "./current.ts";
import { pixelsAt } from "./pictures.ts";
import type { Session } from "./session.ts";
import type { RunLook } from "./types.ts";

/** Kernels of larger layers are too many to look at. */
const mostKernelWeights = 1 << 15;

export async function look(run: Session, at: number): Promise<RunLook> {
  const { test } = run.data;
  const index = Math.min(Math.max(0, at), test.length - 1);
  const pixels = pixelsAt(test, index);
  const label = test.labels[index] as number;
  const { output, layers } = callsOf(run.net, inputOf(run, pixels));
  const loss = crossEntropy(output, Tensor.from(Int32Array.of(label)));
  const gradients = autograd.grad(
    loss,
    layers.map((layer) => layer.output),
    { allowUnused: true },
  );
  const probabilities = softmax(output, 1);
  const looks = await Promise.all(
    layers.map(async (layer, i) => ({
      path: layer.path,
      type: layer.module.constructor.name,
      shape: layer.output.shape.slice(1),
      activations: await floats(layer.output),
      gradients: gradients[i] ? await floats(gradients[i]) : null,
      kernels: await kernelsOf(layer.module),
    })),
  );
  return { index, label, pixels, probabilities: await floats(probabilities), layers: looks };
}

async function kernelsOf(module: nn.Module) {
  if (!(module instanceof nn.Conv2d) || module.weight.numel > mostKernelWeights) return null;
  return { shape: module.weight.shape, values: await floats(module.weight) };
}

async function floats(tensor: Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}
