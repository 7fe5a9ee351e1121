// CIFAR-10 and CIFAR-100: 60,000 small photographs in colour. They arrive by themselves.

import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { CifarArchive } from "./cifarArchive.ts";
import type { DataSplits } from "./obtain.ts";
import { type DataOptions, dataOptionNames } from "./sources.ts";

const batches = [1, 2, 3, 4, 5].map((n) => ({ name: `data_batch_${n}.bin`, images: 10_000 }));

export const cifar10Archive: CifarArchive = {
  title: "CIFAR-10",
  name: "cifar-10",
  file: "cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  mirrors: ["https://www.cs.toronto.edu/~kriz/"],
  folder: "cifar-10-batches-bin",
  train: batches,
  test: [{ name: "test_batch.bin", images: 10_000 }],
  labels: ["airplane automobile bird cat deer dog frog horse ship truck".split(" ")],
};

export const cifar100Archive: CifarArchive = {
  title: "CIFAR-100",
  name: "cifar-100",
  file: "cifar-100-binary.tar.gz",
  bytes: 168_513_733,
  sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  mirrors: ["https://www.cs.toronto.edu/~kriz/"],
  folder: "cifar-100-binary",
  train: [{ name: "train.bin", images: 50_000 }],
  test: [{ name: "test.bin", images: 10_000 }],
  labels: [
    // In the order of their numbers.
    [
      ...["aquatic mammals", "fish", "flowers", "food containers", "fruit and vegetables"],
      ...["household electrical devices", "household furniture", "insects", "large carnivores"],
      ...["large man-made outdoor things", "large natural outdoor scenes"],
      ...["large omnivores and herbivores", "medium-sized mammals", "non-insect invertebrates"],
      ...["people", "reptiles", "small mammals", "trees", "vehicles 1", "vehicles 2"],
    ],
    [
      ..."apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy".split(" "),
      ..."bridge bus butterfly camel can castle caterpillar cattle chair chimpanzee".split(" "),
      ..."clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant".split(" "),
      ..."flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower".split(" "),
      ..."leopard lion lizard lobster man maple_tree motorcycle mountain mouse".split(" "),
      ..."mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree".split(" "),
      ..."plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea".split(" "),
      ..."seal shark shrew skunk skyscraper snail snake spider squirrel streetcar".split(" "),
      ..."sunflower sweet_pepper table tank telephone television tiger tractor train".split(" "),
      ..."trout tulip turtle wardrobe whale willow_tree wolf woman worm".split(" "),
    ].map((name) => name.replace("_", " ")),
  ],
};

/**
 * CIFAR-10: 50,000 training and 10,000 test photographs of ten kinds of animals and vehicles, three channels
 * of 32 x 32. Taken from the cache or the network (170 MB), kept in the cache.
 * @param options cacheDir, offline, onProgress, sources
 * @returns `train` and `test`, images as bytes NCHW `[length, 3, 32, 32]`, and their `origin`
 * @throws DataError naming each way tried with its reason, and what to do by hand
 * @example
 * const { train } = await cifar10();
 * train.imageShape // not run: needs the network or a cache
 * @see Krizhevsky 2009, "Learning multiple layers of features from tiny images"
 */
export async function cifar10(options: DataOptions = {}): Promise<DataSplits> {
  const { obtainCifar } = await import("./cifarArchive.ts");
  return obtainCifar(cifar10Archive, 0, options);
}

export interface Cifar100Options extends DataOptions {
  /** "fine" (the default) are 100 classes of 600 images, "coarse" are 20 of 3,000. */
  readonly labels?: "fine" | "coarse";
}

/**
 * CIFAR-100: 50,000 training and 10,000 test photographs of 100 classes in 20 groups, three channels of
 * 32 x 32. Taken from the cache or the network (169 MB), kept in the cache.
 * @param options labels: "fine" or "coarse"; cacheDir, offline, onProgress, sources
 * @returns `train` and `test`, images as bytes NCHW `[length, 3, 32, 32]`, and their `origin`
 * @throws DataError naming each way tried with its reason, and what to do by hand
 * @example
 * const { train } = await cifar100({ labels: "coarse" });
 * train.classes.length // not run: needs the network or a cache
 * @see Krizhevsky 2009, "Learning multiple layers of features from tiny images"
 */
export async function cifar100(options: Cifar100Options = {}): Promise<DataSplits> {
  const { labels = "fine", ...rest } = options;
  if (labels !== "fine" && labels !== "coarse") {
    throw new OptionError(`cifar100: labels must be "fine" or "coarse", got "${labels}"`);
  }
  checkOptions("cifar100", options, ["labels", ...dataOptionNames]);
  const { obtainCifar } = await import("./cifarArchive.ts");
  return obtainCifar(cifar100Archive, labels === "coarse" ? 0 : 1, rest);
}
