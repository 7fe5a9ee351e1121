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
  /** Of layers without layers inside, in the order in which they ran. */
  readonly layers: readonly LayerCall[];
}

/** In evaluation mode: nothing is dropped, no running statistic moves; each layer's mode is restored. */
export function callsOf(net: nn.Module, x: Tensor): Calls {
  const before = net.modules().map((module) => [module, module.training] as const);
  net.eval();
  const layers: LayerCall[] = [];
  try {
    const output = nn.withForwardHook(
      (call) => {
        if (call.module.children().length === 0) layers.push(call);
      },
      () => net.forward(x),
    );
    return { output, layers };
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}
