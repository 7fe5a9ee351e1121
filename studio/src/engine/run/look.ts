// What a network makes of one test picture: forward, or backward from its loss, or the kernels that look at it.
import { autograd, crossEntropy, nn, noGrad, softmax, Tensor } from "../../../../src/index.ts";
import { handOver } from "../handOver.ts";
import { readAll } from "../readAll.ts";
import { callsOf, type LayerCall } from "./calls.ts";
import { pixelsAt, testPictures } from "./pictures.ts";
import type { Session } from "./session.ts";
import { type LookKind, mostMaps, type RunLook } from "./types.ts";

/** Kernels of larger layers are too many to look at. */
const mostKernelWeights = 1 << 15;

export async function look(run: Session, at: number, kind: LookKind): Promise<RunLook> {
  const { test } = run.data;
  const index = Math.min(Math.max(0, at), test.length - 1);
  const label = test.labels[index] as number;
  const seen = (): Seen => {
    const { output, layers } = callsOf(run.net, testPictures(run, [index]));
    return { label, layers, output };
  };
  // Gradients need the history of what they are of.
  const { layers, output } = kind === "backward" ? seen() : noGrad(seen);
  const shown = shownOf[kind]({ layers, output, label });
  const tensors = shown.flatMap((values) => (values === null ? [] : [firstMaps(values)]));
  const [probabilities, ...read] = await readAll([softmax(output, 1), ...tensors]);
  let next = 0;
  return handOver({
    ...{ index, label, kind },
    pixels: pixelsAt(test, index),
    probabilities: probabilities as Float32Array,
    layers: layers.map(({ path, module }, i) => {
      const values = shown[i] ?? null;
      return {
        path,
        type: module.constructor.name,
        shape: values?.shape ?? [],
        values: values === null ? null : (read[next++] as Float32Array),
      };
    }),
  });
}

interface Seen {
  readonly layers: readonly LayerCall[];
  readonly output: Tensor;
  readonly label: number;
}

/** What is shown of each layer, without the batch; null where there is nothing. */
const shownOf: Readonly<Record<LookKind, (seen: Seen) => (Tensor | null)[]>> = {
  forward: ({ layers }) => layers.map((layer) => layer.output.squeeze(0)),
  backward: ({ layers, output, label }) =>
    autograd
      .grad(
        crossEntropy(output, Tensor.from(Int32Array.of(label))),
        layers.map((layer) => layer.output),
        { allowUnused: true },
      )
      .map((gradient) => gradient?.squeeze(0) ?? null),
  kernels: ({ layers }) =>
    layers.map(({ module }) =>
      module instanceof nn.Conv2d && module.weight.numel <= mostKernelWeights
        ? module.weight
        : null,
    ),
};

/** More maps are not shown; lists of numbers are, whatever their length. */
function firstMaps(values: Tensor): Tensor {
  if (values.ndim < 3) return values;
  const [height = 1, width = 1] = values.shape.slice(-2);
  const maps = values.reshape([values.numel / (height * width), height, width]);
  return (maps.shape[0] as number) > mostMaps ? maps.slice(0, 0, mostMaps) : maps;
}
