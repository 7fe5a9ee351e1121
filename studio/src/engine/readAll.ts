import { concat, type Tensor } from "../../../src/index.ts";

/**
 * The values of several float32 tensors, computed together: what they share is compiled and computed once. They lie in one
 * buffer, one after the other.
 */
export async function readAll(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  const sizes = tensors.map(({ numel }) => numel);
  const all = (await concat(
    tensors.map((tensor) => tensor.reshape([tensor.numel])),
    0,
  ).data()) as Float32Array;
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return all.subarray(from - size, from);
  });
}
