// What a GPU can hold and do at most, and what is said where that is too little.
import { BackendError } from "../../tensor/errors.ts";

/** Memory is laid out in multiples of this. */
export const memoryStep = 2 ** 16;

/** Bytes that a buffer may have which kernels use: the heap is one, the arena another. */
export function memoryLimitOf({
  maxStorageBufferBindingSize: binding,
  maxBufferSize: buffer,
}: Pick<GPUSupportedLimits, "maxStorageBufferBindingSize" | "maxBufferSize">): number {
  // Addresses of bytes are 32 bits wide in kernels.
  return Math.floor(Math.min(binding, buffer, 2 ** 32 - memoryStep) / memoryStep) * memoryStep;
}

/** What a kernel asks of a workgroup. */
export interface WorkgroupNeeds {
  readonly invocations: number;
  /** Bytes that its invocations share. */
  readonly bytes: number;
}

/** @throws BackendError if workgroups of this GPU are too small for a kernel */
export function checkWorkgroup(
  name: string,
  { invocations, bytes }: WorkgroupNeeds,
  limits: Pick<
    GPUSupportedLimits,
    | "maxComputeInvocationsPerWorkgroup"
    | "maxComputeWorkgroupSizeX"
    | "maxComputeWorkgroupStorageSize"
  >,
): void {
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
  const memory = limits.maxComputeWorkgroupStorageSize;
  if (invocations <= most && bytes <= memory) return;
  throw new BackendError("webgpu: workgroups of this GPU are too small", {
    facts: [
      { name: "kernel", value: name },
      { name: "needed", value: `${invocations} invocations, ${bytes} bytes shared` },
      { name: "limit", value: `${most} invocations, ${memory} bytes shared` },
    ],
    hint: 'setBackend("wasm")',
  });
}
