// What variables are updated with: the new values, and what is computed along with them because it is likely to be read.
import { pendingOp } from "./graph/graph.ts";
import { copyOf } from "./ops/copyOf.ts";
import { ShapeError } from "./tensor/errors.ts";
import type { Node } from "./tensor/node.ts";
import { formatShape, sameShape, sizeOf } from "./tensor/shape.ts";
import type { Tensor, Variable } from "./tensor/tensor.ts";

/** @throws ShapeError if a new value differs from its variable in shape or dtype */
export function checkUpdates(updates: readonly (readonly [Variable, Tensor])[]): void {
  for (const [variable, value] of updates) {
    if (!sameShape(variable.shape, value.shape) || variable.dtype !== value.dtype) {
      throw new ShapeError("assign: the new value differs in shape or dtype", {
        facts: [
          { name: "variable", value: formatShape(variable.shape), remark: variable.dtype },
          { name: "value", value: formatShape(value.shape), remark: value.dtype },
        ],
      });
    }
  }
}

/** Elements of a value that is kept because it may be read, and ops between it and the loss. */
const smallValue = 65536;
const nearLoss = 2;

/**
 * A loss and the small values that it was made from: predictions, which many loops read after the
 * step for their accuracy. Kept now, they need not be computed again from the old parameters.
 */
export function likelyReads(loss: Node): Node[] {
  const found = [loss];
  let level = [loss];
  for (let depth = 0; depth < nearLoss; depth++) {
    level = level
      .flatMap(({ inputs }) => inputs)
      .filter((node) => node.requiresGrad && pendingOp(node) !== null);
    found.push(...level.filter((node) => sizeOf(node.shape) <= smallValue));
  }
  return found;
}

/** The new values, each a value of its own: what is stored already, or wanted twice, is copied. */
export function ownValues(updates: readonly (readonly [Variable, Tensor])[]): Node[] {
  const taken = new Set<Node>();
  return updates.map(([, value]) => {
    const { node } = value;
    if (node.storage === null && !taken.has(node)) {
      taken.add(node);
      return node;
    }
    return copyOf(value).node;
  });
}
