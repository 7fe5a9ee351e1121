// States under PyTorch's names: `features.0.running_mean` there is `features.0.runningMean` here.
import { DtypeError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { StoredTensor, TensorData } from "./safetensors.ts";

/**
 * PyTorch's name of a parameter or buffer: its last part in snake_case. Names of modules are people's own and stay.
 * @example toTorchName("layer1.0.bn1.numBatchesTracked") // "layer1.0.bn1.num_batches_tracked"
 */
export function toTorchName(path: string): string {
  return inLast(path, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/**
 * Our name of a parameter or buffer of PyTorch.
 * @example fromTorchName("layer1.0.bn1.running_mean") // "layer1.0.bn1.runningMean"
 */
export function fromTorchName(path: string): string {
  return inLast(path, (name) =>
    name.replace(/([a-z0-9])_([a-z])/g, (_, before, letter) => before + letter.toUpperCase()),
  );
}

function inLast(path: string, change: (name: string) => string): string {
  const start = path.lastIndexOf(".") + 1;
  return path.slice(0, start) + change(path.slice(start));
}

/**
 * A state that PyTorch saved, for `net.loadStateDict`: under our names, float64 as float32 and int64 (which counts
 * batches) as int32.
 * @param tensors from `readSafetensors`
 * @throws DtypeError for an int64 that int32 cannot hold
 * @example
 * const weight = { dtype: "float32", shape: [1], data: Float32Array.of(2) };
 * const bytes = writeSafetensors(new Map([["bn.running_var", weight]]));
 * [...fromTorch(readSafetensors(bytes).tensors).keys()] // ["bn.runningVar"]
 */
export function fromTorch(tensors: ReadonlyMap<string, StoredTensor>): Map<string, Tensor> {
  return new Map(
    Array.from(tensors, ([name, stored]) => [fromTorchName(name), tensorOf(name, stored)]),
  );
}

function tensorOf(name: string, stored: StoredTensor): Tensor {
  const { shape } = stored;
  if (stored.dtype === "float64")
    return Tensor.ofData(Float32Array.from(stored.data), shape, "float32");
  if (stored.dtype !== "int64") return Tensor.ofData(stored.data, shape, stored.dtype);
  const tooLarge = stored.data.find((value) => BigInt.asIntN(32, value) !== value);
  if (tooLarge !== undefined)
    throw new DtypeError(`fromTorch: ${name} holds ${tooLarge}, which int32 cannot hold`);
  return Tensor.ofData(Int32Array.from(stored.data, Number), shape, "int32");
}

/**
 * A state under PyTorch's names, for `writeSafetensors`; `load_state_dict` there takes it.
 * @param state from `net.stateDict()`
 * @example
 * const tensors = await toTorch(new BatchNorm2d(2).stateDict());
 * [...tensors.keys()] // ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
 */
export async function toTorch(
  state: ReadonlyMap<string, Tensor>,
): Promise<Map<string, TensorData>> {
  const tensors = new Map<string, TensorData>();
  for (const [path, value] of state) {
    const { dtype, shape } = value;
    tensors.set(toTorchName(path), { dtype, shape, data: await value.data() });
  }
  return tensors;
}
