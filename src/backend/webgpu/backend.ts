// The WebGPU backend: kernels as WGSL on a GPU. Commands are queued and return at once; only reading waits.
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram } from "../../kernel/ir.ts";
import { type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "../backend.ts";
import type { Gpu } from "./device.ts";
import { GpuExecutable, GpuStoredBuffer } from "./executable.ts";
import { GpuMemory } from "./memory.ts";
import { type Pipelines, pipelinesOf } from "./pipelines.ts";
import { Staging } from "./staging.ts";

/** Invocations under way at once on a large card. Results depend on it: it is the same for all. */
const busyInvocations = 2 ** 17;

/** Makes a backend that computes on a GPU that was opened with {@link openGpu}. It does not close it. */
export function createWebgpuBackend(gpu: Gpu): Backend {
  return new WebgpuBackend(gpu);
}

class WebgpuBackend implements Backend {
  readonly name = "webgpu";
  readonly capabilities: Capabilities;
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #pipelines: Pipelines;
  readonly #staging: Staging;
  #tensorBytes = 0;
  #tensorCount = 0;
  #isDisposed = false;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#memory = new GpuMemory(gpu);
    this.#pipelines = pipelinesOf(gpu);
    this.#staging = new Staging(gpu);
    this.capabilities = {
      lanes: 1,
      accumulators: 8,
      unrolled: 4,
      workgroup: {
        members: gpu.device.limits.maxComputeInvocationsPerWorkgroup,
        sharedBytes: gpu.device.limits.maxComputeWorkgroupStorageSize,
        busy: busyInvocations,
      },
      threads: 1,
      fusedMultiplyAdd: true,
      memoryLimit: this.#memory.limit,
    };
  }

  allocate(bytes: number): BackendBuffer {
    this.#checkAlive();
    const buffer = new GpuStoredBuffer(this.#memory, bytes);
    this.#tensorBytes += bytes;
    this.#tensorCount++;
    return buffer;
  }

  free(buffer: BackendBuffer): void {
    // Tensors may be collected after their backend was disposed of.
    if (this.#isDisposed) return;
    const owned = this.#own(buffer);
    this.#memory.free(owned.block);
    this.#tensorBytes -= owned.bytes;
    this.#tensorCount--;
  }

  write(buffer: BackendBuffer, _dtype: Dtype, data: TypedArray): void {
    const { block, bytes } = this.#own(buffer);
    if (data.byteLength > bytes) {
      throw new BackendError(`webgpu: ${data.byteLength} bytes written to a buffer of ${bytes}`);
    }
    if (data.byteLength === 0) return;
    // The queue takes whole words; behind each tensor is room for that.
    const whole = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
    whole.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#gpu.device.queue.writeBuffer(this.#memory.heap, block.address, whole);
  }

  async read(buffer: BackendBuffer, dtype: Dtype, length: number): Promise<TypedArray> {
    const { block, bytes } = this.#own(buffer);
    const result = newTypedArray(dtype, length);
    if (result.byteLength > bytes) {
      throw new BackendError(`webgpu: ${result.byteLength} bytes read from a buffer of ${bytes}`);
    }
    this.#gpu.check();
    if (length > 0)
      await this.#staging.read(this.#memory.heap, block.address, new Uint8Array(result.buffer));
    this.#gpu.check();
    return result;
  }

  compile(_graph: Graph, kernels: () => KernelProgram): Executable {
    this.#checkAlive();
    this.#gpu.check();
    const program = kernels();
    this.#memory.reserveArena(program.arenaBytes);
    return new GpuExecutable(program, this.#gpu, this.#memory, this.#pipelines);
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    const arena = this.#memory.arena.bytes;
    return { tensors: this.#tensorBytes, arena, buffers: this.#tensorCount };
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#staging.dispose();
    this.#memory.dispose();
  }

  #checkAlive(): void {
    if (this.#isDisposed) {
      throw new BackendError("webgpu: this backend was disposed of", {
        hint: "make a new backend",
      });
    }
  }

  #own(buffer: BackendBuffer): GpuStoredBuffer {
    this.#checkAlive();
    if (!(buffer instanceof GpuStoredBuffer) || buffer.memory !== this.#memory) {
      throw new BackendError("webgpu: a buffer of another backend");
    }
    if (!buffer.block.isInUse) throw new BackendError("webgpu: this buffer was freed");
    return buffer;
  }
}
