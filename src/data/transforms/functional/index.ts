// Transforms without randomness: functions of a picture, as in torchvision.transforms.functional.
export {
  type AffineInterpolation,
  type AffineOptions,
  affine,
  type RotateOptions,
  rotate,
} from "./affine.ts";
export { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from "./enhance.ts";
export { erase } from "./erase.ts";
export { hflip, vflip } from "./flip.ts";
export { gaussianBlur } from "./gaussianBlur.ts";
export { rgbToGrayscale } from "./grayscale.ts";
export { adjustHue } from "./hue.ts";
export { autocontrast, equalize, invert, posterize, solarize } from "./lookup.ts";
export {
  type ResizeInterpolation,
  type ResizeOptions,
  resize,
  resizedCrop,
  type SamplingOptions,
} from "./resize.ts";
export { centerCrop, crop, type PaddingMode, type PadOptions, pad } from "./window.ts";
