// How each kind of golden case is computed with Fovea. Argument names are PyTorch's.

import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  batchNorm,
  conv2d,
  convTranspose2d,
  crossEntropy,
  elu,
  gelu,
  leakyRelu,
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
  silu,
  softmax,
  softplus,
  Tensor,
  tanh,
  Variable,
} from "../../src/index.ts";
import { adaptersFor, type CaseArgs, type Inputs, type Outputs, withGradients } from "./support.ts";

/** Computes a case; `shapes` are those of the stored results: how many steps were recorded. */
export type Runner = (
  args: CaseArgs,
  inputs: Inputs,
  shapes: Readonly<Record<string, readonly number[]>>,
) => Promise<Outputs>;

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

/** A schedule stepped after each use of its learning rate; the rates used. */
const schedule =
  (make: (optimizer: optim.Optimizer, args: CaseArgs) => { step(): void }): Runner =>
  async (args, _, { lr }) => {
    const steps = lr?.[0] ?? 0;
    const optimizer = new optim.SGD([new Parameter(Tensor.zeros([1]))], {
      lr: number(args, "base_lr", 0.1),
    });
    const scheduler = make(optimizer, args);
    const used: number[] = [];
    for (let step = 0; step < steps; step++) {
      used.push(optimizer.lr);
      if (step < steps - 1) scheduler.step();
    }
    return { lr: Tensor.from(used) };
  };

function stackOf(tensors: readonly Tensor[]): Tensor {
  return Tensor.stack([...tensors]);
}

/** What Adam and AdamW share. */
const adamOptions = (args: CaseArgs, weightDecay: number): optim.AdamOptions => ({
  lr: number(args, "lr", 0.001),
  betas: "betas" in args ? (numbers(args, "betas") as Pair) : [0.9, 0.999],
  eps: number(args, "eps", 1e-8),
  weightDecay: number(args, "weight_decay", weightDecay),
  amsgrad: flag(args, "amsgrad"),
});

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
        dilation: numbers(args, "dilation", 1) as Pair,
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
  conv_transpose2d: (args, inputs) =>
    withGradients(inputs, ["x", "weight", "bias"], ({ x, weight, bias }) =>
      convTranspose2d(x as Tensor, weight as Tensor, bias ?? null, {
        stride: numbers(args, "stride") as Pair,
        padding: numbers(args, "padding") as Pair,
        outputPadding: numbers(args, "output_padding") as Pair,
        dilation: numbers(args, "dilation", 1) as Pair,
        groups: number(args, "groups", 1),
      }),
    ),
  adaptive_avg_pool2d: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      adaptiveAvgPool2d(x as Tensor, numbers(args, "output_size") as Pair),
    ),
  adaptive_max_pool2d: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      adaptiveMaxPool2d(x as Tensor, numbers(args, "output_size") as Pair),
    ),
  batch_norm2d_train: async (args, inputs) => {
    const runningMean = new Variable(inputs.running_mean as Tensor);
    const runningVar = new Variable(inputs.running_var as Tensor);
    const outputs = await withGradients(
      inputs,
      ["x", "weight", "bias"],
      ({ x, weight = null, bias = null }) =>
        batchNorm(x as Tensor, runningMean, runningVar, {
          weight,
          bias,
          training: true,
          momentum: number(args, "momentum", 0.1),
          eps: number(args, "eps", 1e-5),
        }),
    );
    return { ...outputs, new_running_mean: runningMean, new_running_var: runningVar };
  },
  batch_norm2d_eval: (args, inputs) =>
    withGradients(
      inputs,
      ["x", "weight", "bias"],
      ({ x, weight = null, bias = null, ...running }) =>
        batchNorm(x as Tensor, running.running_mean as Tensor, running.running_var as Tensor, {
          weight,
          bias,
          eps: number(args, "eps", 1e-5),
        }),
    ),
  elu: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) => elu(x as Tensor, number(args, "alpha", 1))),
  gelu: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      gelu(x as Tensor, { approximate: args.approximate === "tanh" ? "tanh" : "none" }),
    ),
  leaky_relu: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      leakyRelu(x as Tensor, number(args, "negative_slope", 0.01)),
    ),
  silu: pointwise(silu),
  softplus: (args, inputs) =>
    withGradients(inputs, ["x"], ({ x }) =>
      softplus(x as Tensor, {
        beta: number(args, "beta", 1),
        threshold: number(args, "threshold", 20),
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
        labelSmoothing: number(args, "label_smoothing", 0),
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
  optimizer_adam: trajectory((params, args) => new optim.Adam(params, adamOptions(args, 0))),
  optimizer_adamw: trajectory((params, args) => new optim.AdamW(params, adamOptions(args, 0.01))),
  optimizer_rmsprop: trajectory(
    (params, args) =>
      new optim.RMSprop(params, {
        lr: number(args, "lr", 0.01),
        alpha: number(args, "alpha", 0.99),
        momentum: number(args, "momentum", 0),
        weightDecay: number(args, "weight_decay", 0),
        centered: flag(args, "centered"),
      }),
  ),
  optimizer_adagrad: trajectory(
    (params, args) =>
      new optim.Adagrad(params, {
        lr: number(args, "lr", 0.01),
        lrDecay: number(args, "lr_decay", 0),
        weightDecay: number(args, "weight_decay", 0),
      }),
  ),
  schedule_step: schedule(
    (optimizer, args) =>
      new optim.StepLR(optimizer, number(args, "step_size", 1), {
        gamma: number(args, "gamma", 0.1),
      }),
  ),
  schedule_multistep: schedule(
    (optimizer, args) =>
      new optim.MultiStepLR(optimizer, numbers(args, "milestones"), {
        gamma: number(args, "gamma", 0.1),
      }),
  ),
  schedule_cosine: schedule(
    (optimizer, args) =>
      new optim.CosineAnnealingLR(optimizer, number(args, "T_max", 10), {
        etaMin: number(args, "eta_min", 0),
      }),
  ),
  schedule_exponential: schedule(
    (optimizer, args) => new optim.ExponentialLR(optimizer, number(args, "gamma", 0.9)),
  ),
  schedule_onecycle: schedule(
    (optimizer, args) =>
      new optim.OneCycleLR(optimizer, number(args, "max_lr", 1), {
        totalSteps: number(args, "total_steps", 12),
        cycleMomentum: false,
      }),
  ),
  schedule_linear: schedule(
    (optimizer, args) =>
      new optim.LinearLR(optimizer, {
        startFactor: number(args, "start_factor", 1 / 3),
        endFactor: number(args, "end_factor", 1),
        totalIters: number(args, "total_iters", 5),
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
