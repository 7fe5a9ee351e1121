// The WebGPU backend: kernels as WGSL on a GPU. Commands are queued and return at once; only reading waits.
import type { Graph } from "../../graph/graph.ts";
import type { KernelProgram, OperandPrecision } from "../../kernel/ir.ts";
import { type Dtype, newTypedArray, type TypedArray } from "../../tensor/dtype.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { Backend, BackendBuffer, Capabilities, Executable } from "../backend.ts";
import { TensorStore } from "../tensorStore.ts";
import { Commands } from "./commands.ts";
import { float16, type Gpu } from "./device.ts";
import { GpuExecutable } from "./executable.ts";
import { GpuMemory } from "./memory.ts";
import { type Pipelines, pipelinesOf } from "./pipelines.ts";
import { Staging } from "./staging.ts";

/** Invocations under way at once on a large card, and on a processor that takes the place of one. */
const busyInvocations = { card: 2 ** 17, software: 2 ** 6 };

/**
 * What gradients are multiplied by where products are in float16, which holds 6e-8 to 65504. Gradients of a mean over a batch are far
 * from its upper end: among those of the first convolution of LeNet, batch 1,024, 95 % would vanish as they are, 0.2 % do so.
 */
const float16GradientScale = 2 ** 10;

export interface WebgpuOptions {
  /** What workgroups hold the operands of products as; default float32. */
  readonly matmulPrecision?: OperandPrecision;
}

/**
 * Makes a backend that computes on a GPU that was opened with {@link openGpu}. It does not close it.
 * @throws BackendError for float16 on a GPU that has none
 */
export function createWebgpuBackend(gpu: Gpu, options: WebgpuOptions = {}): Backend {
  const { matmulPrecision = "float32" } = options;
  if (matmulPrecision === "float16" && !gpu.hasFloat16) {
    throw new BackendError(`webgpu: this GPU has no ${float16}`, {
      facts: [{ name: "adapter", value: gpu.title }],
      hint: "leave matmulPrecision out: products are in float32 then",
    });
  }
  return new WebgpuBackend(gpu, matmulPrecision);
}

class WebgpuBackend implements Backend {
  readonly name = "webgpu";
  readonly device: string;
  readonly capabilities: Capabilities;
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #tensors: TensorStore;
  readonly #pipelines: Pipelines;
  readonly #commands: Commands;
  readonly #staging: Staging;

  constructor(gpu: Gpu, operands: OperandPrecision) {
    this.#gpu = gpu;
    this.#commands = new Commands((cause) =>
      gpu.fail(new BackendError("webgpu: a command could not be given", { cause })),
    );
    this.device = gpu.title;
    this.#memory = new GpuMemory(gpu);
    this.#tensors = new TensorStore(this.#memory);
    this.#pipelines = pipelinesOf(gpu);
    this.#staging = new Staging(gpu);
    this.capabilities = {
      lanes: 1,
      accumulators: 8,
      unrolled: 4,
      workgroup: {
        members: gpu.device.limits.maxComputeInvocationsPerWorkgroup,
        sharedBytes: gpu.device.limits.maxComputeWorkgroupStorageSize,
        busy: busyInvocations[gpu.isSoftware ? "software" : "card"],
        operands,
      },
      ...(operands === "float16" ? { gradientScale: float16GradientScale } : {}),
      grain: "element",
      threads: 1,
      fusedMultiplyAdd: true,
      memoryLimit: this.#memory.limit,
      arenaLimit: this.#memory.limit,
    };
  }

  allocate(bytes: number): BackendBuffer {
    return this.#tensors.allocate(bytes);
  }

  free(buffer: BackendBuffer): void {
    this.#tensors.free(buffer);
  }

  write(buffer: BackendBuffer, _dtype: Dtype, data: TypedArray): void {
    const address = this.#tensors.addressFor("written to", buffer, data.byteLength);
    if (data.byteLength === 0) return;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // The queue takes whole words; behind each tensor is room for that. It copies them at once: what has to wait is copied here.
    const length = Math.ceil(bytes.length / 4) * 4;
    const isGiven = length === bytes.length && !this.#commands.isWaiting;
    const whole = isGiven ? bytes : new Uint8Array(length);
    if (!isGiven) whole.set(bytes);
    this.#commands.give(() => {
      this.#gpu.device.queue.writeBuffer(this.#memory.heap, address, whole);
    });
  }

  async read(buffer: BackendBuffer, dtype: Dtype, length: number): Promise<TypedArray> {
    const result = newTypedArray(dtype, length);
    const address = this.#tensors.addressFor("read from", buffer, result.byteLength);
    this.#gpu.check();
    const into = new Uint8Array(result.buffer);
    if (length > 0)
      await this.#commands.ask(() => this.#staging.read(this.#memory.heap, address, into));
    this.#gpu.check();
    return result;
  }

  compile(_graph: Graph, kernels: () => KernelProgram): Executable {
    this.#tensors.checkAlive();
    this.#gpu.check();
    const program = kernels();
    this.#memory.reserveArena(program.arenaBytes);
    return new GpuExecutable(program, {
      gpu: this.#gpu,
      memory: this.#memory,
      pipelines: this.#pipelines,
      commands: this.#commands,
    });
  }

  async idle(): Promise<void> {
    this.#gpu.check();
    try {
      await this.#commands.ask(() => this.#gpu.device.queue.onSubmittedWorkDone());
    } finally {
      // What was lost on the way says more than what followed from it.
      this.#gpu.check();
    }
  }

  memory(): { readonly tensors: number; readonly arena: number; readonly buffers: number } {
    return this.#tensors.usage();
  }

  dispose(): void {
    if (this.#tensors.isDisposed) return;
    this.#tensors.dispose();
    // Behind what was asked for before.
    this.#commands.give(() => {
      this.#staging.dispose();
      this.#memory.dispose();
    });
  }
}
