// Automatic differentiation, reverse mode.
export { backward } from "./backward.ts";
export { type GradOptions, grad } from "./grad.ts";
