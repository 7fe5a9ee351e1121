// Learning rates that fall from the last layer to the first, for fine-tuning.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import type { Parameter } from "../tensor/tensor.ts";

/** What has parameters and parts, as every module. */
interface Staged {
  children(): Staged[];
  parameters(): Parameter[];
}

/** Parameters of a stage and their learning rate. */
export interface LayerwiseGroup {
  readonly params: Parameter[];
  readonly lr: number;
}

/**
 * Groups of parameters for an optimizer, one for each stage of a network: the last has learning rate `lr`, each
 * before it `decay` times that of the next. Stages are the modules directly inside that have parameters (inside
 * the only one, where there is only one). Frozen parameters are left out.
 * @param options lr: rate of the last stage; decay: factor from stage to stage, above 0 and at most 1
 * @throws OptionError for unknown options or impossible values, and if nothing learns
 * @example
 * const net = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
 * const groups = layerwise(net, { lr: 1, decay: 0.5 });
 * const optimizer = new SGD(groups);
 * groups.map(({ lr }) => lr) // [0.5, 1]
 * @see Howard & Ruder 2018, "Universal Language Model Fine-tuning for Text Classification" (discriminative rates)
 */
export function layerwise(
  net: Staged,
  options: { readonly lr: number; readonly decay: number },
): LayerwiseGroup[] {
  checkOptions("layerwise", options, ["lr", "decay"]);
  const { lr, decay } = options;
  if (!(lr >= 0 && lr < Infinity))
    throw new OptionError(`layerwise: lr must be at least 0, got ${String(lr)}`);
  if (!(decay > 0 && decay <= 1))
    throw new OptionError(`layerwise: decay must be above 0 and at most 1, got ${String(decay)}`);
  const groups = stagesOf(net);
  if (groups.length === 0) throw new OptionError("layerwise: no parameter of this network learns");
  return groups.map((params, i) => ({ params, lr: lr * decay ** (groups.length - 1 - i) }));
}

/** Parameters that learn, stage by stage; a shared one is in its first stage, the module's own come first. */
function stagesOf(net: Staged): Parameter[][] {
  const children = net.children().filter((child) => child.parameters().length > 0);
  const inside = new Set(children.flatMap((child) => child.parameters()));
  const own = net.parameters().filter((param) => !inside.has(param));
  const [only] = children;
  if (only !== undefined && children.length === 1 && own.length === 0) return stagesOf(only);
  const seen = new Set<Parameter>();
  return [own, ...children.map((child) => child.parameters())]
    .map((params) =>
      params.filter((param) => {
        if (!param.requiresGrad || seen.has(param)) return false;
        seen.add(param);
        return true;
      }),
    )
    .filter((params) => params.length > 0);
}
