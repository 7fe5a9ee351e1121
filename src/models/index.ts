// Networks by name, for the command line and for checkpoints, which store the name and the options.
import type { Module } from "../nn/index.ts";
import { nearest, OptionError } from "../tensor/errors.ts";
import { lenet } from "./lenet.ts";

export * from "./lenet.ts";

/** What is known of a network without building it. */
export interface ModelEntry {
  create(options?: Readonly<Record<string, unknown>>): Module;
  /** Shape of one image it is made for, `[channels, height, width]`. */
  readonly inputShape: readonly [number, number, number];
  readonly about: string;
}

export const models: Readonly<Record<string, ModelEntry>> = {
  lenet: {
    create: lenet,
    inputShape: [1, 28, 28],
    about: "LeNet-5 (LeCun et al. 1998), 61,706 parameters",
  },
};

/**
 * Builds a network by name.
 * @throws OptionError for an unknown name or option
 * @example createModel("lenet", { numClasses: 10 })
 */
export function createModel(name: string, options: Readonly<Record<string, unknown>> = {}): Module {
  const entry = Object.hasOwn(models, name) ? models[name] : undefined;
  if (entry === undefined) {
    const near = nearest(name, Object.keys(models));
    throw new OptionError(`createModel: unknown model "${name}"`, {
      facts: [{ name: "known", value: Object.keys(models).join(", ") }],
      ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  return entry.create(options);
}
