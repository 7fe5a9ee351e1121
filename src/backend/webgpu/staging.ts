// Buffers through which elements come back from the GPU: kept, and used again.

import type { Gpu } from "./device.ts";
import { bufferUsage, mapForReading } from "./flags.ts";

const smallest = 4096;

export class Staging {
  readonly #gpu: Gpu;
  /** Buffers that nobody uses. */
  readonly #free: GPUBuffer[] = [];
  #isDisposed = false;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Copies what lies at an address to `into`, once everything queued before is done. */
  async read(from: GPUBuffer, address: number, into: Uint8Array): Promise<void> {
    const bytes = Math.ceil(into.length / 4) * 4;
    const buffer = this.#take(bytes);
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, address, buffer, 0, bytes);
    device.queue.submit([encoder.finish()]);
    try {
      await buffer.mapAsync(mapForReading, 0, bytes);
    } catch (error) {
      buffer.destroy();
      this.#gpu.check();
      throw error;
    }
    into.set(new Uint8Array(buffer.getMappedRange(0, bytes)).subarray(0, into.length));
    buffer.unmap();
    if (this.#isDisposed || this.#free.length >= 4) buffer.destroy();
    else this.#free.push(buffer);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }

  #take(bytes: number): GPUBuffer {
    const at = this.#free.findIndex(({ size }) => size >= bytes);
    if (at >= 0) return this.#free.splice(at, 1)[0] as GPUBuffer;
    const size = Math.max(smallest, 2 ** Math.ceil(Math.log2(bytes)));
    return this.#gpu.device.createBuffer({
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyDestination,
    });
  }
}
