// Data sets: those that arrive by themselves, and the loader that makes batches of them.
export { cacheFolder } from "./cacheFolder.ts";
export { type Cifar100Options, cifar10, cifar100 } from "./cifar.ts";
export * from "./dataset.ts";
export {
  type DecodePictureOptions,
  decodePicture,
  type PictureDecoder,
} from "./decodePicture.ts";
export { type ExportFolderOptions, exportFolder } from "./exportFolder.ts";
export { fashionMnist } from "./fashionMnist.ts";
export {
  type BadImage,
  type FileList,
  type PictureReading,
  type ResizeMode,
  readPicture,
} from "./fileList.ts";
export { isImageName } from "./folderScan.ts";
export {
  type FromArraysOptions,
  type FromGeneratorOptions,
  fromArrays,
  fromGenerator,
  type LabelledImage,
} from "./fromArrays.ts";
export { type IdxArray, type IdxContent, type IdxOptions, parseIdx } from "./idx.ts";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./imageFolder.ts";
export * from "./loader.ts";
export {
  type LoadedFolder,
  type LoadFilesOptions,
  type LoadFolderOptions,
  loadFiles,
  loadFolder,
} from "./loadFolder.ts";
export { mnist } from "./mnist.ts";
export type { DataSplits } from "./obtain.ts";
export type { Picture } from "./picture.ts";
export {
  balancedSampler,
  classWeights,
  type Sampler,
  type WeightedRandomSamplerOptions,
  weightedRandomSampler,
} from "./sampler.ts";
export { type DataOptions, type DataSource, dataSources } from "./sources.ts";
export { type SplitOptions, split } from "./split.ts";
export {
  type PictureTransform,
  type TransformedDataset,
  type TransformedOptions,
  transformed,
} from "./stream/transformed.ts";
export { toImageShape } from "./toImageShape.ts";
export * as transforms from "./transforms/index.ts";
