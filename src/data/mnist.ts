// MNIST: 70,000 handwritten digits, 28 x 28 grey. It arrives by itself.
import type { Archive } from "./archive.ts";
import type { DataSplits } from "./obtain.ts";
import type { DataOptions } from "./sources.ts";

/** Sizes and SHA-256 of the decompressed files. */
export const mnistArchive: Archive = {
  title: "MNIST",
  name: "mnist",
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  files: {
    trainImages: {
      name: "train-images-idx3-ubyte",
      bytes: 47_040_016,
      sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte",
      bytes: 60_008,
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte",
      bytes: 7_840_016,
      sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte",
      bytes: 10_008,
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
  // The author's own page no longer serves the files; these two mirrors are PyTorch's and Google's.
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
};

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, one channel of 28 x 28.
 * Taken from the cache or the network, kept in the cache.
 * @param options cacheDir, offline, onProgress, sources
 * @returns `train` and `test`, images as bytes NCHW `[length, 1, 28, 28]`, and their `origin`
 * @throws DataError naming each way tried with its reason, and what to do by hand
 * @example
 * const { train } = await mnist();
 * train.classes[train.labels[0]] // not run: needs the network or a cache
 * @see LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"
 */
export async function mnist(options: DataOptions = {}): Promise<DataSplits> {
  const { obtain } = await import("./obtain.ts");
  return obtain(mnistArchive, options);
}
