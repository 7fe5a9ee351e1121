// A network run as it is used after training, with gradients, each layer's call noted.
import { nn, type Tensor } from "../../../../src/index.ts";

export interface LayerCall {
  readonly module: nn.Module;
  readonly path: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

export interface Calls {
  readonly output: Tensor;
  /** In the order in which they were done. */
  readonly layers: readonly LayerCall[];
}

/** Has no layers inside. */
const isLeaf = ({ module }: LayerCall): boolean => module.children().length === 0;

/**
 * In evaluation mode: nothing is dropped, no running statistic moves; each layer's mode is restored.
 * @param isNoted which calls are noted; those of layers without layers inside unless given
 */
export function callsOf(
  net: nn.Module,
  x: Tensor,
  isNoted: (call: LayerCall) => boolean = isLeaf,
): Calls {
  const before = net.modules().map((module) => [module, module.training] as const);
  net.eval();
  const layers: LayerCall[] = [];
  try {
    const output = nn.withForwardHook(
      (call) => {
        if (isNoted(call)) layers.push(call);
      },
      () => net.forward(x),
    );
    return { output, layers };
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}
