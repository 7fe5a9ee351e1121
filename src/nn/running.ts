// What happens around every call of a module's `forward`: ops recorded inside carry the module's
// path, errors raised inside are told where, and a hook may look at what goes in and comes out.
import { FoveaError } from "../tensor/errors.ts";
import { inScope } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** One call of a module, as a forward hook sees it. */
export interface ForwardCall {
  readonly module: Module;
  /** Dotted path from the outermost module that is running; "" for that module itself. */
  readonly path: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** Told of a call of a module when it has returned. */
export type ForwardHook = (call: ForwardCall) => void;

interface Frame {
  readonly module: Module;
  readonly path: string;
}

const frames: Frame[] = [];
const hooks: ForwardHook[] = [];

/**
 * Runs `body`; `hook` is told of every module call inside, when the call has returned (inner ones first).
 * @example
 * const net = new Sequential(new Linear(4, 2), new ReLU());
 * const paths = [];
 * withForwardHook(({ path }) => paths.push(path), () => net.forward(Tensor.ones([1, 4])));
 * paths // ["0", "1", ""]
 */
export function withForwardHook<T>(hook: ForwardHook, body: () => T): T {
  hooks.push(hook);
  try {
    return body();
  } finally {
    hooks.splice(hooks.lastIndexOf(hook), 1);
  }
}

/** Calls a module's own `forward` inside its scope. */
export function runModule(
  module: Module,
  forward: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
): Tensor {
  const parent = frames.at(-1);
  const name =
    parent === undefined ? "" : (parent.module.nameOf(module) ?? module.constructor.name);
  const path = parent === undefined || parent.path === "" ? name : `${parent.path}.${name}`;
  frames.push({ module, path });
  try {
    const output = inScope(name, () => forward.apply(module, inputs));
    for (const hook of hooks) hook({ module, path, inputs, output });
    return output;
  } catch (error) {
    // The outermost module has no name of its own; it is mentioned only if nothing inside was.
    if (error instanceof FoveaError) {
      if (name !== "") error.at(name, module.describe());
      else if (error.path.length === 0) error.at("model", module.describe());
    }
    throw error;
  } finally {
    frames.pop();
  }
}
