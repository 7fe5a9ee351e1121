// The names that the command line knows, apart from the library: help must not wait for it to load.
// A test compares them with what the library has.

export const modelNames: readonly string[] = [
  "lenet",
  "alexnet",
  "vgg11",
  "vgg13",
  "vgg16",
  "vgg19",
  "nin",
  "googlenet",
  "resnet18",
  "resnet34",
  "resnet50",
  "resnet101",
  "resnet152",
  "densenet",
  "densenet121",
  "mobilenetV2",
  "squeezenet",
];

export const datasetNames: readonly string[] = ["fashion-mnist", "fashion-mnist-sample", "mnist"];
