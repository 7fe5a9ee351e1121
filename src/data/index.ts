// Data sets: those that arrive by themselves, and the loader that makes batches of them.
export { cacheFolder } from "./cache.ts";
export * from "./dataset.ts";
export { fashionMnist } from "./fashionMnist.ts";
export { type IdxArray, type IdxContent, type IdxOptions, parseIdx } from "./idx.ts";
export * from "./loader.ts";
export { mnist } from "./mnist.ts";
export { type DataOptions, type DataSource, type DataSplits, dataSources } from "./obtain.ts";
export type { Picture } from "./picture.ts";
export * as transforms from "./transforms/index.ts";
