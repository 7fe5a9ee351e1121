// The classes behind the names in a text: those and no others, so that bundlers see which are used.
import * as nn from "../../nn/index.ts";
import { DenseBlock, TransitionBlock } from "../densenet.ts";
import { Inception } from "../googlenet.ts";
import { InvertedResidual } from "../mobilenetV2.ts";
import { Bottleneck, Residual } from "../resnet.ts";
import { Fire } from "../squeezenet.ts";
import type { ofModels, ofNn } from "./layers.ts";

/** Inputs come from texts; each class checks its own. */
export type Construct = new (...inputs: never[]) => nn.Module;

export const layerClasses = {
  Sequential: nn.Sequential,
  Conv2d: nn.Conv2d,
  ConvTranspose2d: nn.ConvTranspose2d,
  Linear: nn.Linear,
  Flatten: nn.Flatten,
  MaxPool2d: nn.MaxPool2d,
  AvgPool2d: nn.AvgPool2d,
  LPPool2d: nn.LPPool2d,
  AdaptiveAvgPool2d: nn.AdaptiveAvgPool2d,
  AdaptiveMaxPool2d: nn.AdaptiveMaxPool2d,
  BatchNorm1d: nn.BatchNorm1d,
  BatchNorm2d: nn.BatchNorm2d,
  GroupNorm: nn.GroupNorm,
  InstanceNorm2d: nn.InstanceNorm2d,
  LayerNorm: nn.LayerNorm,
  LocalResponseNorm: nn.LocalResponseNorm,
  Dropout: nn.Dropout,
  Dropout2d: nn.Dropout2d,
  ReLU: nn.ReLU,
  ReLU6: nn.ReLU6,
  LeakyReLU: nn.LeakyReLU,
  PReLU: nn.PReLU,
  ELU: nn.ELU,
  CELU: nn.CELU,
  SELU: nn.SELU,
  GELU: nn.GELU,
  SiLU: nn.SiLU,
  Mish: nn.Mish,
  Sigmoid: nn.Sigmoid,
  Tanh: nn.Tanh,
  Softplus: nn.Softplus,
  Softsign: nn.Softsign,
  LogSigmoid: nn.LogSigmoid,
  Hardsigmoid: nn.Hardsigmoid,
  Hardswish: nn.Hardswish,
  Hardtanh: nn.Hardtanh,
  Softmax: nn.Softmax,
  Softmax2d: nn.Softmax2d,
  LogSoftmax: nn.LogSoftmax,
  GLU: nn.GLU,
  Identity: nn.Identity,
  Unflatten: nn.Unflatten,
  PixelShuffle: nn.PixelShuffle,
  PixelUnshuffle: nn.PixelUnshuffle,
  Upsample: nn.Upsample,
} as const satisfies Readonly<Record<keyof typeof ofNn, Construct>>;

export const blockClasses = {
  Residual,
  Bottleneck,
  Inception,
  DenseBlock,
  TransitionBlock,
  InvertedResidual,
  Fire,
} as const satisfies Readonly<Record<keyof typeof ofModels, Construct>>;
