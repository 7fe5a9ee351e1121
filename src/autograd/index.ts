// Automatic differentiation, reverse mode.
export { backward } from "./backward.ts";
export { checkpoint } from "./checkpoint.ts";
export {
  type DerivativeOptions,
  hessian,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
} from "./functional.ts";
export { type GradOptions, grad } from "./grad.ts";
