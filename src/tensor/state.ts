// The two things that recording an op depends on besides its arguments: whether gradients are
// wanted, and which module is running.
import { outside, type Phase, type Scope } from "./origin.ts";

let gradEnabled = true;
let scope: Scope = outside;

/** Are gradients being recorded? */
export function isGradEnabled(): boolean {
  return gradEnabled;
}

/**
 * Runs `body` without recording gradients, as PyTorch's `torch.no_grad()`.
 * @example noGrad(() => Tensor.ones([2], { requiresGrad: true }).mul(2)).requiresGrad // false
 */
export function noGrad<T>(body: () => T): T {
  const before = gradEnabled;
  gradEnabled = false;
  try {
    return body();
  } finally {
    gradEnabled = before;
  }
}

/**
 * Runs `body` recording gradients, also inside `noGrad`.
 * @example
 * const x = Tensor.ones([2], { requiresGrad: true });
 * noGrad(() => enableGrad(() => x.mul(2))).requiresGrad // true
 */
export function enableGrad<T>(body: () => T): T {
  const before = gradEnabled;
  gradEnabled = true;
  try {
    return body();
  } finally {
    gradEnabled = before;
  }
}

/** The running module, and the part of the step. */
export function currentScope(): Scope {
  return scope;
}

/** Runs `body` inside a named module. */
export function inScope<T>(name: string, body: () => T): T {
  if (name === "") return withScope(scope, body);
  const { path } = scope;
  return withScope({ ...scope, path: path === "" ? name : `${path}.${name}` }, body);
}

/** Runs `body` in another part of the step. */
export function inPhase<T>(phase: Phase, body: () => T): T {
  return withScope({ ...scope, phase }, body);
}

/** Runs `body` as if it stood there. */
export function withScope<T>(given: Scope, body: () => T): T {
  const before = scope;
  scope = given;
  try {
    return body();
  } finally {
    scope = before;
  }
}
