// Fine-tuning: parts of a trained network are kept as they are, others are learned anew.
import { Linear } from "../nn/linear.ts";
import type { Module } from "../nn/module.ts";
import { OptionError } from "../tensor/errors.ts";

/**
 * Keeps parameters as they are: no gradients are computed for them, and optimizers leave them alone. Layers that keep
 * running statistics still take them from batches while in training mode.
 * @param which path of a module or parameter ("features", "0.weight"), or a pattern for the parameters' paths; all
 *              parameters if left out
 * @returns the paths of the frozen parameters
 * @throws OptionError if there are none
 * @example freeze(new Sequential(new Linear(4, 8), new Linear(8, 2)), "0") // ["0.weight", "0.bias"]
 */
export function freeze(net: Module, which?: string | RegExp): string[] {
  return setLearning("freeze", net, which, false);
}

/**
 * Lets frozen parameters learn again.
 * @param which as for {@link freeze}
 * @returns the paths of the parameters
 * @throws OptionError if there are none
 * @example
 * const net = new Sequential(new Linear(4, 8), new Linear(8, 2));
 * freeze(net);
 * unfreeze(net, /bias$/) // ["0.bias", "1.bias"]
 */
export function unfreeze(net: Module, which?: string | RegExp): string[] {
  return setLearning("unfreeze", net, which, true);
}

function setLearning(
  where: string,
  net: Module,
  which: string | RegExp | undefined,
  requiresGrad: boolean,
): string[] {
  const fits = (path: string): boolean => {
    if (which === undefined) return true;
    if (typeof which === "string") return path === which || path.startsWith(`${which}.`);
    // `search` starts from the beginning each time, also for patterns with the flag g.
    return path.search(which) >= 0;
  };
  const chosen = [...net.namedParameters()].filter(([path]) => fits(path));
  if (chosen.length === 0) {
    throw new OptionError(`${where}: no parameter is at ${String(which)}`, {
      facts: [
        { name: "children", value: Array.from(net.namedChildren(), ([name]) => name).join(", ") },
      ],
    });
  }
  for (const [, parameter] of chosen) parameter.requiresGrad = requiresGrad;
  return chosen.map(([path]) => path);
}

/**
 * Puts a new last layer into a classifier, for other classes: its last `Linear` is replaced by one with as many
 * inputs and `numClasses` outputs. Make the optimizer afterwards.
 * @returns path of the layer
 * @throws OptionError if the network has no `Linear` inside, or numClasses is no whole number of at least 1
 * @example replaceHead(new Sequential(new Flatten(), new Linear(784, 10)), 2) // "1"
 */
export function replaceHead(net: Module, numClasses: number): string {
  if (!(Number.isSafeInteger(numClasses) && numClasses >= 1)) {
    throw new OptionError(
      `replaceHead: numClasses must be a whole number of at least 1, got ${String(numClasses)}`,
    );
  }
  let found: { readonly parent: Module; readonly name: string; readonly head: Linear } | null =
    null;
  for (const parent of net.modules()) {
    for (const [name, child] of parent.namedChildren())
      if (child instanceof Linear) found = later(net, found, { parent, name, head: child });
  }
  if (found === null) {
    throw new OptionError("replaceHead: the network has no Linear layer inside", {
      hint: "use module.replaceChild(name, layer)",
    });
  }
  const { parent, name, head } = found;
  const hasBias = head.bias !== null;
  const replacement = new Linear(head.inFeatures, numClasses, { bias: hasBias });
  parent.replaceChild(name, replacement.train(head.training));
  for (const [path, module] of net.namedModules()) if (module === replacement) return path;
  return name;
}

type Place = { readonly parent: Module; readonly name: string; readonly head: Linear };

/** Of two layers, the one that comes later in the network. */
function later(net: Module, a: Place | null, b: Place): Place {
  if (a === null) return b;
  const modules = net.modules();
  return modules.indexOf(b.head) > modules.indexOf(a.head) ? b : a;
}
