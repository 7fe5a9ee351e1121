// sin and cos, of radians.
import type { Tensor } from "../tensor/tensor.ts";
import { unaryCases } from "./cases.ts";
import { floating } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

export const sinOp = pointwise({
  name: "sin",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.sin(x),
  expression: (math, [x]) => math.sin(x),
  backward: ({ grad, inputs: [x] }) => [grad.mul((x as Tensor).cos())],
  cases: [
    ...unaryCases(),
    {
      name: "some turns",
      inputs: [{ shape: [7], values: { data: [-10, -3, 0, 1, 7, 20, 100] } }],
      params: undefined,
    },
  ],
});

export const cosOp = pointwise({
  name: "cos",
  arity: 1,
  domain: "float",
  scalar: ([x]) => Math.cos(x),
  expression: (math, [x]) => math.cos(x),
  backward: ({ grad, inputs: [x] }) => [grad.mul((x as Tensor).sin()).neg()],
  cases: [
    ...unaryCases(),
    {
      name: "some turns",
      inputs: [{ shape: [7], values: { data: [-10, -3, 0, 1, 7, 20, 100] } }],
      params: undefined,
    },
  ],
});

/** Sine of x radians, as `torch.sin`. @example await sin(Tensor.from([0])).array() // [0] */
export function sin(x: Tensor): Tensor {
  return floating(sinOp, [x], undefined);
}

/** Cosine of x radians, as `torch.cos`. @example await cos(Tensor.from([0])).array() // [1] */
export function cos(x: Tensor): Tensor {
  return floating(cosOp, [x], undefined);
}
