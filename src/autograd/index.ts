// Automatic differentiation, reverse mode.
export { backward } from "./backward.ts";
export { grad, type GradOptions } from "./grad.ts";
