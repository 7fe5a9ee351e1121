// Opening a GPU.
import { BackendError } from "../../tensor/errors.ts";
import { type FoundAdapter, findAdapter, type GpuOptions } from "./adapter.ts";
import { clock, float16, Gpu } from "./device.ts";

/**
 * Finds the GPU and opens it.
 * @throws BackendError as {@link findAdapter} and {@link openDevice} do
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  return openDevice(await findAdapter(options));
}

/**
 * Opens the GPU that was found.
 * @throws BackendError if its driver refuses
 */
export async function openDevice(found: FoundAdapter): Promise<Gpu> {
  const { adapter, isSoftware, napUntil } = found;
  const { limits } = adapter;
  const requiredLimits: Record<string, number> = {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
  // For profiles, and for products in float16, where somebody asks for them.
  const features: readonly GPUFeatureName[] = [clock, float16];
  const requiredFeatures = features.filter((feature) => adapter.features.has(feature));
  const device = await adapter
    .requestDevice({ requiredFeatures, requiredLimits })
    .catch((cause) => {
      throw new BackendError("webgpu: the GPU cannot be opened", {
        facts: [
          { name: "adapter", value: adapter.info.description || adapter.info.architecture },
          { name: "it says", value: String((cause as Error).message).trim() },
        ],
        cause,
      });
    });
  return new Gpu(device, adapter.info, isSoftware, napUntil);
}
