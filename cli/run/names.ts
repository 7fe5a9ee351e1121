// The names that the command line knows, apart from the library: help must not wait for it to load.
// A test compares them with what the library has.

export const modelNames: readonly string[] = ["lenet"];

export const datasetNames: readonly string[] = ["fashion-mnist", "fashion-mnist-sample", "mnist"];
