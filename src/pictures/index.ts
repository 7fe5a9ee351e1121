// Pictures of training and its results, as SVG text.
export { type ComparedRun, comparison } from "./comparison.ts";
export { confusion } from "./confusion.ts";
export { type CurvePoint, curves } from "./curves.ts";
export { type FlameKernel, type FlameOptions, type FlameProfile, flame } from "./flame.ts";
export { learningRates, type RatePoint } from "./learningRates.ts";
export { type SampleItem, samples } from "./samples.ts";
