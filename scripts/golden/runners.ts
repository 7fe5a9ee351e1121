// How each kind of golden case is computed with Fovea. Argument names are PyTorch's.

import {
  avgPool2d,
  conv2d,
  crossEntropy,
  linear,
  logSoftmax,
  maxPool2d,
  models,
  mseLoss,
  nn,
  optim,
  Parameter,
  relu,
  sigmoid,
  softmax,
  Tensor,
  tanh,
} from "../../src/index.ts";
import { adaptersFor, type CaseArgs, type Inputs, type Outputs, withGradients } from "./support.ts";

export type Runner = (args: CaseArgs, inputs: Inputs) => Promise<Outputs>;

const { numbers, text, number, flag } = adaptersFor();

type Pair = [number, number];

/** An op of x alone. */
const pointwise =
  (op: (x: Tensor) => Tensor): Runner =>
  (_, inputs) =>
    withGradients(inputs, ["x"], ({ x }) => op(x as Tensor));

/** An optimizer applied to a list of gradients; the parameter after each step. */
const trajectory =
  (make: (params: Parameter[], args: CaseArgs) => optim.Optimizer): Runner =>
  async (args, { param, grads }) => {
    const parameter = new Parameter(param as Tensor);
    const optimizer = make([parameter], args);
    const steps: Tensor[] = [];
    for (let i = 0; i < ((grads as Tensor).shape[0] as number); i++) {
      parameter.grad = (grads as Tensor).select(0, i);
      optimizer.step();
      steps.push(Tensor.from(await parameter.data(), { shape: parameter.shape }));
    }
    return { trajectory: stackOf(steps) };
  };

function stackOf(tensors: readonly Tensor[]): Tensor {
  return Tensor.stack([...tensors]);
}

export const runners: Readonly<Record<string, Runner>> = {
  conv2d: (args, inputs) =>
    withGradients(inputs, ["x", "weight", "bias"], ({ x, weight, bias }) =>
      conv2d(x as Tensor, weight as Tensor, bias ?? null, {
        stride: numbers(args, "stride") as Pair,
        padding: numbers(args, "padding") as Pair,
        dilation: numbers(args, "dilation") as Pair,
        groups: number(args, "groups", 1),
      }),
    ),
  max_pool2d: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      maxPool2d(x as Tensor, numbers(args, "kernel_size") as Pair, {
        stride: numbers(args, "stride") as Pair,
        padding: numbers(args, "padding") as Pair,
        ceilMode: flag(args, "ceil_mode"),
      }),
    ),
  avg_pool2d: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      avgPool2d(x as Tensor, numbers(args, "kernel_size") as Pair, {
        stride: numbers(args, "stride") as Pair,
        padding: numbers(args, "padding") as Pair,
        ceilMode: flag(args, "ceil_mode"),
        countIncludePad: flag(args, "count_include_pad"),
      }),
    ),
  relu: pointwise(relu),
  sigmoid: pointwise(sigmoid),
  tanh: pointwise(tanh),
  softmax: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) => softmax(x as Tensor, number(args, "dim", 1))),
  log_softmax: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) => logSoftmax(x as Tensor, number(args, "dim", 1))),
  linear: (_, inputs) =>
    withGradients(inputs, ["x", "weight", "bias"], ({ x, weight, bias }) =>
      linear(x as Tensor, weight as Tensor, bias ?? null),
    ),
  cross_entropy: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x, target }) =>
      crossEntropy(x as Tensor, target as Tensor, {
        reduction: text(args, "reduction") as "mean" | "sum" | "none",
      }),
    ),
  mse_loss: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x, target }) =>
      mseLoss(x as Tensor, target as Tensor, {
        reduction: text(args, "reduction") as "mean" | "sum" | "none",
      }),
    ),
  optimizer_sgd: trajectory(
    (params, args) =>
      new optim.SGD(params, {
        lr: number(args, "lr", 0.1),
        momentum: number(args, "momentum", 0),
        dampening: number(args, "dampening", 0),
        weightDecay: number(args, "weight_decay", 0),
        nesterov: flag(args, "nesterov"),
      }),
  ),
  optimizer_adam: trajectory(
    (params, args) =>
      new optim.Adam(params, {
        lr: number(args, "lr", 0.001),
        weightDecay: number(args, "weight_decay", 0),
        amsgrad: flag(args, "amsgrad"),
      }),
  ),
  train_lenet_sgd: async (args, inputs) => {
    const net = models.lenet();
    const state = new Map(
      Object.entries(inputs)
        .filter(([name]) => name.startsWith("param."))
        .map(([name, value]) => [name.slice("param.".length), value]),
    );
    net.loadStateDict(state);
    const optimizer = new optim.SGD(net.parameters(), { lr: number(args, "lr", 0.9) });
    const losses: number[] = [];
    for (let step = 0; step < number(args, "steps", 20); step++) {
      const loss = nn.functional.crossEntropy(
        net.forward(inputs.x as Tensor),
        inputs.target as Tensor,
      );
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
    }
    const final = [...net.stateDict()].map(([name, value]) => [`final.${name}`, value] as const);
    return { losses: Tensor.from(losses), ...Object.fromEntries(final) };
  },
};
