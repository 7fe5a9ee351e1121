// The memory of the GPU: a heap in which all tensors lie, and an arena for the temporaries of the program that runs. Both are
// buffers that are replaced by larger ones; the heap's elements are copied then, on the GPU.
import { Allocator } from "../allocator.ts";
import { formatBytes, GrowingMemory } from "../growingMemory.ts";
import { explained, type Gpu } from "./device.ts";
import { bufferUsage } from "./flags.ts";
import { memoryLimitOf, memoryStep } from "./limits.ts";

const smallest = 2 ** 22;

export class GpuMemory extends GrowingMemory {
  readonly limit: number;
  readonly #gpu: Gpu;
  #heap: GPUBuffer;
  #scratch: GPUBuffer;
  #generation = 0;

  constructor(gpu: Gpu) {
    super("webgpu", new Allocator(0));
    this.#gpu = gpu;
    this.limit = memoryLimitOf(gpu.device.limits);
    this.#heap = this.#make(Math.min(smallest, this.limit));
    this.#scratch = this.#make(memoryStep);
    this.allocator.extend(this.#heap.size);
  }

  get heap(): GPUBuffer {
    return this.#heap;
  }

  get scratch(): GPUBuffer {
    return this.#scratch;
  }

  /** Another number whenever heap or arena is another buffer. */
  get generation(): number {
    return this.#generation;
  }

  override get arena(): { readonly address: number; readonly bytes: number } {
    return { address: 0, bytes: this.#scratch.size };
  }

  override reserveArena(bytes: number): void {
    if (bytes <= this.#scratch.size) return;
    const size = Math.ceil(bytes / memoryStep) * memoryStep;
    if (size > this.limit) throw this.outOfMemory(bytes, this.#scratch.size);
    this.#scratch.destroy();
    this.#scratch = this.#make(size);
    this.#generation++;
  }

  dispose(): void {
    this.#heap.destroy();
    this.#scratch.destroy();
  }

  protected override get limitRemark(): string {
    return "of all tensors, and of all temporaries, on this GPU";
  }

  protected grow(needed: number, bytes: number): void {
    const old = this.#heap;
    const least = Math.ceil((old.size + needed) / memoryStep) * memoryStep;
    if (least > this.limit) throw this.outOfMemory(bytes, old.size);
    this.#heap = this.#make(Math.min(this.limit, Math.max(least, 2 * old.size)));
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(old, 0, this.#heap, 0, old.size);
    device.queue.submit([encoder.finish()]);
    old.destroy();
    this.#generation++;
    this.allocator.extend(this.#heap.size);
  }

  #make(size: number): GPUBuffer {
    const { storage, copySource, copyDestination } = bufferUsage;
    const { device } = this.#gpu;
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({ size, usage: storage | copySource | copyDestination });
    device.popErrorScope().then(
      (error) => {
        if (error === null) return;
        this.#gpu.fail(explained(error, [{ name: "wanted", value: formatBytes(size) }]));
      },
      // A device that is lost says so itself.
      () => {},
    );
    return buffer;
  }
}
