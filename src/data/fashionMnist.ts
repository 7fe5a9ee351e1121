// Fashion-MNIST: 70,000 pictures of clothes, 28 x 28 grey, ten classes. It arrives by itself.
import type { Archive } from "./archive.ts";
import type { DataSplits } from "./obtain.ts";
import type { DataOptions } from "./sources.ts";

/** Sizes and SHA-256 of the decompressed files; their gzip forms are those of the official MD5s. */
export const fashionMnistArchive: Archive = {
  title: "Fashion-MNIST",
  name: "fashion-mnist",
  classes: [
    "t-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
  ],
  files: {
    trainImages: {
      name: "train-images-idx3-ubyte",
      bytes: 47_040_016,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte",
      bytes: 60_008,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte",
      bytes: 7_840_016,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte",
      bytes: 10_008,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  debian: { package: "dataset-fashion-mnist", folder: "/usr/share/datasets/fashion-mnist" },
  sample: {
    trainImages: {
      name: "train-images-idx3-ubyte",
      bytes: 1_176_016,
      sha256: "1fd0769cad235f8cfb0c3ed6f7e52fd005c4c50088f9dc43d52051ca70ecc672",
    },
    trainLabels: {
      name: "train-labels-idx1-ubyte",
      bytes: 1_508,
      sha256: "3317de950899d958f766f29ecbead3f0364f40cd4fd0659d2ae0244c4fa5d0a2",
    },
    testImages: {
      name: "t10k-images-idx3-ubyte",
      bytes: 235_216,
      sha256: "c76f4a64c89c3ea7ab40e5d70c403c06eb585806861a3a1a541e66748a4ca431",
    },
    testLabels: {
      name: "t10k-labels-idx1-ubyte",
      bytes: 308,
      sha256: "f631ba9dd1462d059daa70134ab89d5221039d0154872305023f6573b70f0bc8",
    },
  },
};

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images, one channel of 28 x 28, ten classes of
 * clothing. Taken from the cache, a Debian package or the network, whichever answers first; kept
 * in the cache.
 * @param options cacheDir, offline, onProgress, sources, sampleIfMissing (1,500 + 300 images that
 *   ship with Fovea, if the whole cannot be had)
 * @returns `train` and `test`, images as bytes NCHW `[length, 1, 28, 28]`, and their `origin`
 * @throws DataError naming each way tried with its reason, and what to do by hand
 * @example
 * const { train, test } = await fashionMnist({ sampleIfMissing: true });
 * train.classes[test.labels[0]] // not run: needs the network or a cache
 * @see Xiao, Rasul & Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine
 *   learning algorithms"
 */
export async function fashionMnist(options: DataOptions = {}): Promise<DataSplits> {
  const { obtain } = await import("./obtain.ts");
  return obtain(fashionMnistArchive, options);
}
