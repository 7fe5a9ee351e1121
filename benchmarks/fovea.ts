// Fovea as a contender: training steps as `fit` compiles them, networks, and single ops, on the backend in use.
// Runs in Node and in a browser's page.

import { measurePeak } from "../src/backend/peak.ts";
import {
  autograd,
  avgPool2d,
  backend,
  batchNorm,
  compile,
  conv2d,
  matmul,
  maxPool2d,
  models,
  type nn,
  noGrad,
  softmax,
  Tensor,
  train,
  Variable,
} from "../src/index.ts";
import { type CapturedStep, engine } from "../src/tensor/engine.ts";
import type { Contender, Prepared } from "./contender.ts";
import { compiledStep } from "./training.ts";
import type { InferWork, OpWork, Tensors, TrainWork, Work } from "./work.ts";

/**
 * How networks are called: compiled once and then run, or recorded anew each time, as people write it; or compiled, from images
 * that lie in the engine to logits that stay there.
 */
export type Manner = "compiled" | "recorded" | "resident";

export function foveaContender(version: string, manner: Manner): Contender {
  return {
    version,
    threads: backend().capabilities.threads,
    prepare(work, tensors) {
      const named = namedTensors(work, tensors);
      if (work.kind === "train") return prepareTraining(work, tensors, named);
      if (work.kind === "op") return prepareOp(work, named);
      if (manner === "resident") return residentInference(work, named);
      return manner === "compiled" ? prepareInference(work, named) : recordedInference(work, named);
    },
    peak: () => measurePeak(backend()),
  };
}

/** The float32 tensors of a work that are given; images of bytes stay as they are. */
function namedTensors(work: Work, tensors: Tensors): Map<string, Tensor> {
  const floats = work.tensors.filter(({ name, dtype }) => dtype === "float32" && tensors.has(name));
  return new Map(
    floats.map(({ name, shape }) => [name, Tensor.from(get(tensors, name), { shape })]),
  );
}

function get<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`work: there is no tensor ${name}`);
  return value;
}

function network(
  { model, modelOptions }: Pick<InferWork, "model" | "modelOptions">,
  named: ReadonlyMap<string, Tensor>,
): nn.Module {
  const net = models.createModel(model, modelOptions);
  const state = new Map<string, Tensor>(net.stateDict());
  for (const name of state.keys()) {
    const given = named.get(name);
    if (given !== undefined) state.set(name, given);
  }
  net.loadStateDict(state);
  return net;
}

function prepareTraining(
  work: TrainWork & Pick<Work, "tensors">,
  tensors: Tensors,
  named: ReadonlyMap<string, Tensor>,
): Prepared {
  const { batchSize, lr, compared } = work;
  const imagesShape = work.tensors.find(({ name }) => name === "images")?.shape;
  const images = get(tensors, "images");
  const labels = get(tensors, "labels");
  const [length, ...imageShape] = imagesShape as [number, number, number, number];
  const net = network(work, named);
  const totals = new train.Totals();
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const set = {
    name: "synthetic",
    images: images as Uint8Array,
    labels: Uint8Array.from(labels),
    imageShape: imageShape as [number, number, number],
    length,
    classes,
  };
  const step = compiledStep(net, set, batchSize, { lr, totals });
  let at = 0;
  const next = (): void => {
    const start = (at++ % Math.floor(length / batchSize)) * batchSize;
    step.run(Int32Array.from({ length: batchSize }, (_, i) => start + i));
  };
  return {
    async outputs() {
      const losses: number[] = [];
      for (let i = 0; i < compared; i++) {
        totals.write(0, 0);
        next();
        losses.push((await totals.read()).lossSum / batchSize);
      }
      return losses;
    },
    async run(calls) {
      for (let i = 0; i < calls; i++) next();
      // Reading anything that steps write waits for all of them.
      await totals.read();
    },
    temporaries: () => backend().memory().arena,
  };
}

/** The network compiled for the batch, as an application uses it: an array in, an array out. */
async function prepareInference(
  work: InferWork,
  named: ReadonlyMap<string, Tensor>,
): Promise<Prepared> {
  const x = get(named, "x");
  const images = (await x.data()) as Float32Array;
  const compiled = compile(network(work, named), x.shape);
  const call = (): Promise<ArrayLike<number>> => compiled.run(images);
  return { outputs: call, run: (calls) => repeat(calls, call) };
}

function residentInference(work: InferWork, named: ReadonlyMap<string, Tensor>): Prepared {
  const net = network(work, named).eval();
  const logits = noGrad(() => net.forward(get(named, "x")));
  return intoVariable(logits, net.stateDict().values() as Iterable<Variable>);
}

async function recordedInference(
  work: InferWork,
  named: ReadonlyMap<string, Tensor>,
): Promise<Prepared> {
  const net = network(work, named).eval();
  const x = get(named, "x");
  const images = (await x.data()) as Float32Array;
  const call = (): Promise<ArrayLike<number>> =>
    noGrad(() => net.forward(Tensor.from(images, { shape: x.shape }))).data();
  return { outputs: call, run: (calls) => repeat(calls, call) };
}

async function repeat(calls: number, call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < calls; i++) await call();
}

/** The value that an op's work asks for. */
export async function opValue(work: OpWork, named: ReadonlyMap<string, Tensor>): Promise<Tensor> {
  const { part } = work;
  if (part === "forward") return noGrad(() => forwardValue(work, named));
  // The gradient alone is due. The output lies in memory, as it does in training; what else the gradient needs of the forward
  // pass is computed with it.
  const wanted = part === "inputGrad" ? "x" : "weight";
  const leaf = new Variable(get(named, wanted), true);
  const output = forwardValue(work, new Map([...named, [wanted, leaf]]));
  await output.realize();
  const [gradient] = autograd.grad(output, [leaf], { gradOutput: get(named, "grad") });
  return gradient as Tensor;
}

function forwardValue(work: OpWork, named: ReadonlyMap<string, Tensor>): Tensor {
  const { kernelSize = 1, stride = 1, padding = 0, groups = 1 } = work;
  const x = get(named, "x");
  switch (work.op) {
    case "conv2d":
      return conv2d(x, get(named, "weight"), null, { stride, padding, groups });
    case "matmul":
      return matmul(x, get(named, "weight"));
    case "maxPool2d":
      return maxPool2d(x, kernelSize, { stride, padding });
    case "avgPool2d":
      return avgPool2d(x, kernelSize, { stride, padding });
    case "batchNorm2d": {
      const [weight, bias] = [get(named, "weight"), get(named, "bias")];
      return batchNorm(x, null, null, { weight, bias, training: true });
    }
    case "softmax":
      return softmax(x, 1);
    default:
      throw new Error(`work: no op ${work.op satisfies never}`);
  }
}

async function prepareOp(work: OpWork, named: ReadonlyMap<string, Tensor>): Promise<Prepared> {
  return intoVariable(await opValue(work, named));
}

/** Writes `value` into a variable at each run. Reading a counter that each run adds to waits, but copies nothing large. */
function intoVariable(value: Tensor, constants: Iterable<Variable> = []): Prepared {
  const output = new Variable(Tensor.zeros(value.shape));
  const count = new Variable(Tensor.zeros([1]));
  const captured: CapturedStep = noGrad(() =>
    engine().capture(
      [
        [output, value],
        [count, count.add(1)],
      ],
      { constants },
    ),
  );
  const run = async (calls: number): Promise<void> => {
    for (let i = 0; i < calls; i++) captured.run();
    await count.data();
  };
  return {
    async outputs() {
      await run(1);
      return output.data();
    },
    run,
    dispose: () => captured.dispose(),
  };
}
