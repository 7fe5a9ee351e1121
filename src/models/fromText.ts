// Networks written as text: the TypeScript that makes them, read by Fovea itself. Nothing in it is executed.
import type { Module } from "../nn/index.ts";
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { buildNetwork } from "./text/build.ts";

export { type BuiltNetwork, buildNetwork } from "./text/build.ts";
export { type Layer, NetworkTextError, type Span } from "./text/syntax.ts";

export interface FromTextOptions {
  /**
   * The TypeScript that makes the network: `new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))`. It may stand in a
   * program, as `const net = …` behind the imports; the rest is not read.
   */
  readonly text: string;
  /** Channels of the images it is for; kept with it, not checked. */
  readonly inChannels?: number;
  /** Number of classes; kept with it, not checked. */
  readonly numClasses?: number;
}

/**
 * The network that a text describes: layers of `nn` and blocks of `models`, their inputs written as literals. Only
 * layers are made, no code is run, so that a text may come from anywhere.
 *
 * @throws NetworkTextError with line and column for what cannot be read, an unknown layer, or options that a layer refuses
 * @example
 * const net = fromText({ text: "new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10))" });
 * net.forward(Tensor.zeros([1, 1, 28, 28])).shape // [1, 10]
 */
export function fromText(options: FromTextOptions): Module {
  checkOptions("fromText", options, ["text", "inChannels", "numClasses"]);
  const { text } = options;
  if (typeof text !== "string") {
    throw new OptionError("fromText: there is no text", {
      hint: 'give it as text: "new nn.Sequential(…)"',
    });
  }
  return buildNetwork(text).net;
}
