// What networks share: the shape that their layers reach, and starting values.

import { inEvaluation } from "../nn/evaluation.ts";
import { BatchNorm2d, Conv2d, init, Linear, type Module } from "../nn/index.ts";
import { zeros } from "../ops/index.ts";
import type { Shape } from "../tensor/shape.ts";

/** Shape of one image after these layers, without the batch. Nothing is computed. */
export function shapeAfter(layers: Module, image: Shape): Shape {
  return inEvaluation(layers, () => layers.forward(zeros([1, ...image]))).shape.slice(1);
}

/** Xavier uniform weights, the textbook's choice for its networks; biases stay as they are. */
export function xavierStart<M extends Module>(net: M): M {
  return net.apply((module) => {
    if (module instanceof Conv2d || module instanceof Linear) init.xavierUniform_(module.weight);
  });
}

/** Starting values of torchvision's networks with batch normalisation: He's for convolutions, zero biases. */
export function heStart<M extends Module>(net: M): M {
  return net.apply((module) => {
    if (module instanceof Conv2d) {
      init.kaimingNormal_(module.weight, { mode: "fanOut", nonlinearity: "relu" });
      if (module.bias !== null) init.zeros_(module.bias);
    } else if (module instanceof BatchNorm2d) {
      if (module.weight !== null) init.ones_(module.weight);
      if (module.bias !== null) init.zeros_(module.bias);
    }
  });
}
