// LeNet: its layers, what each makes of a picture, and how it learns from the sample.
import {
  inspect,
  manualSeed,
  models,
  type nn,
  noGrad,
  optim,
  softmax,
  Tensor,
  train,
} from "../../../../src/index.ts";
import { fashionClasses, fashionSample } from "../fashionSample.ts";
import { readAll } from "../readAll.ts";
import { callsOf } from "../run/calls.ts";
import { pixelsAt } from "../run/pictures.ts";

/** As in the textbook (sigmoids, average pooling), or as it would be built today (ReLU, max pooling). */
export type LenetForm = "textbook" | "today";

const forms: Readonly<Record<LenetForm, models.LenetOptions>> = {
  textbook: {},
  today: { activation: "relu", pooling: "max" },
};

/** Shapes and parameters, layer by layer. */
export function lenetSummary({ form }: { readonly form: LenetForm }): inspect.NetworkSummary {
  return inspect.summary(models.lenet(forms[form]), [1, 1, 28, 28]);
}

export interface SamplePicture {
  /** 28 × 28, from 0 to 1. */
  readonly pixels: Float32Array;
  readonly label: number;
}

/** Pictures of the sample's test part, the first of each class from a place on. */
export async function samplePictures({ from }: { readonly from: number }): Promise<{
  readonly classes: readonly string[];
  readonly pictures: readonly SamplePicture[];
}> {
  const { test } = await fashionSample();
  const pictures = fashionClasses.map((_, label) => {
    const all = [...test.labels.keys()].filter((index) => test.labels[index] === label);
    const index = all[from % all.length] as number;
    return { pixels: pixelsAt(test, index), label };
  });
  return { classes: fashionClasses, pictures };
}

/** The networks that are looked at, each made when it is first needed. */
const networks = new Map<LenetForm, nn.Module>();

function network(form: LenetForm): nn.Module {
  const known = networks.get(form);
  if (known !== undefined) return known;
  manualSeed(1);
  const made = models.lenet(forms[form]);
  networks.set(form, made);
  return made;
}

export interface LayerActivations {
  readonly path: string;
  readonly type: string;
  /** Without the batch: `[channels, height, width]` or `[features]`. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Activations {
  readonly layers: readonly LayerActivations[];
  /** Of each class, together 1. */
  readonly probabilities: Float32Array;
}

/** What every layer of the network as it is now makes of a picture. */
export async function lenetActivations({
  form,
  pixels,
}: {
  readonly form: LenetForm;
  readonly pixels: Float32Array;
  /** Another number asks anew: the network has changed. */
  readonly version: number;
}): Promise<Activations> {
  const x = Tensor.from(pixels, { shape: [1, 1, 28, 28] });
  const { layers, classes } = noGrad(() => {
    const { output, layers } = callsOf(network(form), x);
    return { layers, classes: softmax(output, 1) };
  });
  const values = await readAll([...layers.map(({ output }) => output), classes]);
  return {
    layers: layers.map(({ module, path, output }, i) => ({
      path,
      type: module.constructor.name,
      shape: output.shape.slice(1),
      values: values[i] as Float32Array,
    })),
    probabilities: values.at(-1) as Float32Array,
  };
}

export interface LenetProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Share of all steps that are done. */
  readonly share: number;
  readonly loss: number;
  /** On the test part; null inside the epochs. */
  readonly testAccuracy: number | null;
}

/** Sigmoids want a large learning rate. */
const rates: Readonly<Record<LenetForm, number>> = { textbook: 0.9, today: 0.05 };

let stop: AbortController | null = null;

/** Trains the network on the sample, from where it stands. */
export async function lenetTrain(
  { form, epochs }: { readonly form: LenetForm; readonly epochs: number },
  tell: (event: LenetProgress) => void,
): Promise<{ readonly testAccuracy: number; readonly interrupted: boolean }> {
  const { train: pictures, test } = await fashionSample();
  const own = network(form);
  stop?.abort();
  stop = new AbortController();
  const watch = train.onEvent((event) => {
    if (event.type !== "step" && event.type !== "epoch") return;
    const { epoch, loss } = event;
    const inEpoch = event.type === "epoch" ? 1 : event.stepInEpoch / event.stepsPerEpoch;
    const testAccuracy = event.type === "epoch" ? event.validationAccuracy : null;
    tell({ epoch, epochs, share: (epoch - 1 + inEpoch) / epochs, loss, testAccuracy });
  });
  const { interrupted } = await train.fit(own, {
    data: pictures,
    validation: test,
    optimizer: optim.sgd({ lr: rates[form] }),
    epochs,
    batchSize: 16,
    callbacks: [watch],
    signal: stop.signal,
  });
  const { accuracy } = await train.evaluate(own, test);
  return { testAccuracy: accuracy, interrupted };
}

/** Ends the training that runs, after its step. */
export function lenetStop(_: Record<string, never>): void {
  stop?.abort();
}

/** Forgets what was learned. */
export function lenetReset({ form }: { readonly form: LenetForm }): void {
  stop?.abort();
  networks.delete(form);
}
