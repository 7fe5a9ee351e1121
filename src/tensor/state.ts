// The two things that recording an op depends on besides its arguments: whether gradients are
// wanted, and which module is running.
let gradEnabled = true;
let scope: readonly string[] = [];

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

/** Dotted path of the running module. */
export function currentScope(): string {
  return scope.join(".");
}

/** Runs `body` inside a named module. */
export function inScope<T>(name: string, body: () => T): T {
  const before = scope;
  scope = name === "" ? scope : [...scope, name];
  try {
    return body();
  } finally {
    scope = before;
  }
}
