// The immutable value behind a tensor: how it is computed, and, once computed, where it is stored.
import type { Dtype } from "./dtype.ts";
import type { Op, TensorType } from "./op.ts";
import { outside, type Scope } from "./origin.ts";
import type { Shape } from "./shape.ts";
import type { Tensor, Variable } from "./tensor.ts";

/** Elements held by a backend. Freed by the backend when nothing refers to it any more. */
export interface Storage {
  readonly bytes: number;
  /** Raised when the elements are overwritten; a node that remembers an older one is stale. */
  readonly version: number;
  /** True once the memory serves something else. */
  readonly released: boolean;
}

/** Sees the gradient of a value; what it returns, if anything, takes the gradient's place. */
export type GradHook = (grad: Tensor) => Tensor | undefined;

let count = 0;

/** The id that the next node will have: what is recorded from now on has this or a higher one. */
export function nextNodeId(): number {
  return count;
}

/** A value: the result of an op on other values, or a leaf whose elements are stored. */
export class Node implements TensorType {
  readonly id = count++;
  readonly op: Op | null;
  inputs: readonly Node[];
  readonly params: unknown;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly requiresGrad: boolean;
  /** The module that made it, for profiles and DEBUG output. */
  readonly scope: Scope;
  storage: Storage | null = null;
  /** Version of the storage that this value means. */
  version = 0;
  /** For a leaf with `requiresGrad`, and where it was asked for: the tensor whose `grad` collects the gradient. */
  leaf: Tensor | null = null;
  /** What is called with the gradient of this value. */
  hooks: readonly GradHook[] = [];
  /** The variable whose value this is (or was). */
  owner: Variable | null = null;

  constructor(
    type: TensorType,
    op: Op | null,
    inputs: readonly Node[],
    params: unknown,
    requiresGrad: boolean,
    scope: Scope = outside,
  ) {
    this.shape = type.shape;
    this.dtype = type.dtype;
    this.op = op;
    this.inputs = inputs;
    this.params = params;
    this.requiresGrad = requiresGrad;
    this.scope = scope;
  }

  /** Notes where the elements are, once computed. What they were made of is kept only for gradients. */
  settle(storage: Storage): void {
    this.storage = storage;
    this.version = storage.version;
    if (!this.requiresGrad) this.inputs = [];
  }

  /** A value whose elements are already stored. */
  static stored(type: TensorType, storage: Storage, requiresGrad = false): Node {
    const node = new Node(type, null, [], undefined, requiresGrad);
    node.storage = storage;
    node.version = storage.version;
    return node;
  }
}
