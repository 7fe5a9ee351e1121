// The reference backend: slow, and the truth. Elements stay float64 between ops, so that differences
// seen against it are the rounding of the other backend.
import { bytesPerElement, type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Backend, BackendBuffer, Executable } from "../backend.ts";
import { interpreter } from "./interpret.ts";

/** Room for as many elements as fit into `bytes` bytes of the smallest dtype; made when first written. */
class ReferenceBuffer implements BackendBuffer {
  readonly bytes: number;
  data: Float64Array = new Float64Array(0);

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/**
 * A backend that interprets each op's own loops in float64. Needs nothing, and is hundreds of times
 * slower than the others: for checking results, not for training.
 */
export function createReferenceBackend(): Backend {
  const live = new Set<ReferenceBuffer>();
  const own = (buffer: BackendBuffer): ReferenceBuffer => {
    if (buffer instanceof ReferenceBuffer && live.has(buffer)) return buffer;
    throw new BackendError("reference: this buffer was freed, or belongs to another backend");
  };
  return {
    name: "reference",
    capabilities: { lanes: 1, accumulators: 1, threads: 1, fusedMultiplyAdd: false },

    allocate(bytes) {
      const buffer = new ReferenceBuffer(bytes);
      live.add(buffer);
      return buffer;
    },

    free(buffer) {
      live.delete(buffer as ReferenceBuffer);
    },

    write(buffer, dtype, data) {
      checkLength(buffer, dtype, data.length);
      own(buffer).data = Float64Array.from(data);
    },

    async read(buffer, dtype, length) {
      checkLength(buffer, dtype, length);
      return asTypedArray(dtype, own(buffer).data.subarray(0, length));
    },

    compile(graph): Executable {
      const run = interpreter(graph);
      const leafCount = graph.leaves.length;
      return {
        run(bindings) {
          const results = run(bindings.slice(0, leafCount).map((buffer) => own(buffer).data));
          // Only now: an output may share its buffer with a leaf.
          results.forEach((data, i) => {
            own(bindings[leafCount + i] as BackendBuffer).data = data;
          });
        },
        dispose() {},
      };
    },

    memory() {
      const tensors = [...live].reduce((total, buffer) => total + buffer.bytes, 0);
      return { tensors, arena: 0, buffers: live.size };
    },

    dispose() {
      live.clear();
    },
  };
}

/** The elements of a reference buffer as they are, unrounded. For tests. */
export function readFloat64(buffer: BackendBuffer): Float64Array {
  if (buffer instanceof ReferenceBuffer) return buffer.data.slice();
  throw new BackendError("readFloat64: not a buffer of the reference backend");
}

function checkLength(buffer: BackendBuffer, dtype: Dtype, length: number): void {
  const needed = length * bytesPerElement(dtype);
  if (needed > buffer.bytes)
    throw new BackendError(
      `reference: ${needed} bytes do not fit into a buffer of ${buffer.bytes}`,
    );
}

/** Rounded to what the dtype holds. */
function asTypedArray(dtype: Dtype, data: Float64Array): TypedArray {
  const result = newTypedArray(dtype, data.length);
  result.set(data);
  return result;
}
