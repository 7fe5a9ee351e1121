// Files that other programs write and read.
export { type AtomicWriteOptions, atomicWrite } from "./files.ts";
export { type GrayscaleOptions, toGrayscale28 } from "./grayscale.ts";
export type { Image } from "./image.ts";
export { decodeJpeg } from "./jpeg.ts";
export { type DecodeOptions, decodePng, encodePng } from "./png.ts";
export {
  readSafetensors,
  type SafetensorsDtype,
  type SafetensorsFile,
  type StoredTensor,
  type TensorData,
  writeSafetensors,
} from "./safetensors.ts";
export { fromTorch, fromTorchName, toTorch, toTorchName } from "./torchNames.ts";
