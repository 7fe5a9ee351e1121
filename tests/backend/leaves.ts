// Leaves without an engine: shape and dtype, with elements kept by the test.
import { Node, type Storage } from "../../src/tensor/node.ts";
import type { TensorType } from "../../src/tensor/op.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

const nowhere: Storage = { bytes: 0, version: 0, released: false };

/** A leaf of this type; its elements are given to `interpreter`. */
export function leafTensor({ shape, dtype }: TensorType): Tensor {
  return new Tensor(Node.stored({ shape, dtype }, nowhere, false));
}

/** A leaf that requires a gradient. */
export function gradLeaf({ shape, dtype }: TensorType): Tensor {
  return new Tensor(Node.stored({ shape, dtype }, nowhere, dtype === "float32"));
}
