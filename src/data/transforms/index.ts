// Changes of pictures on their way into a batch, mostly random: torchvision's names, seeded.
export { centerCrop } from "./centerCrop.ts";
export type { Fill, Interval, IntervalLike } from "./checks.ts";
export { type ColorJitterOptions, colorJitter } from "./colorJitter.ts";
export {
  compose,
  type RandomApplyOptions,
  type RandomChoiceOptions,
  randomApply,
  randomChoice,
  randomOrder,
} from "./compose.ts";
export * as functional from "./functional/index.ts";
export { type GaussianBlurOptions, gaussianBlur } from "./gaussianBlur.ts";
export {
  type Normalization,
  normalize,
  type SplitTransforms,
  splitNormalize,
} from "./normalize.ts";
export { pad } from "./pad.ts";
export {
  type RandAugmentOptions,
  randAugment,
  type TrivialAugmentWideOptions,
  trivialAugmentWide,
} from "./randAugment.ts";
export {
  type RandomAffineOptions,
  type RandomRotationOptions,
  randomAffine,
  randomRotation,
} from "./randomAffine.ts";
export { type RandomCropOptions, randomCrop } from "./randomCrop.ts";
export { type RandomErasingOptions, randomErasing } from "./randomErasing.ts";
export { type RandomResizedCropOptions, randomResizedCrop } from "./randomResizedCrop.ts";
export { fromSpec, transformNames } from "./registry.ts";
export { resize } from "./resize.ts";
export {
  grayscale,
  type ProbabilityOptions,
  randomAdjustSharpness,
  randomAutocontrast,
  randomEqualize,
  randomGrayscale,
  randomHorizontalFlip,
  randomInvert,
  randomPosterize,
  randomSolarize,
  randomVerticalFlip,
} from "./sometimes.ts";
export { specOf, type Transform, type TransformSpec } from "./transform.ts";
