// Counts what is asked of a GPU: the calls of its device, queue and buffers that cost a training step time.
import type { Gpu } from "../../src/backend/webgpu/index.ts";

const ofDevice = [
  "createBuffer",
  "createBindGroup",
  "createShaderModule",
  "createComputePipeline",
  "createComputePipelineAsync",
  "createCommandEncoder",
] as const;
const ofQueue = ["submit", "writeBuffer"] as const;

export type GpuCall = (typeof ofDevice)[number] | (typeof ofQueue)[number] | "mapAsync";

/** How often each was called; those that were not are left out. */
export type Calls = Partial<Record<GpuCall, number>>;

export class GpuCalls {
  readonly #counts = new Map<GpuCall, number>();
  /** Bytes of all `writeBuffer`. */
  writtenBytes = 0;

  /** Counts from now on. */
  constructor({ device }: Gpu) {
    const count = (name: GpuCall): void => {
      this.#counts.set(name, this.of(name) + 1);
    };
    for (const [owner, names] of [
      [device, ofDevice],
      [device.queue, ofQueue],
    ] as const) {
      for (const name of names) {
        const own = (owner as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
        if (own === undefined) continue;
        Object.defineProperty(owner, name, {
          configurable: true,
          value: (...args: unknown[]): unknown => {
            count(name);
            if (name === "writeBuffer")
              this.writtenBytes += (args[2] as ArrayBufferView).byteLength;
            const made = own.apply(owner, args);
            if (name === "createBuffer") countMaps(made as GPUBuffer, () => count("mapAsync"));
            return made;
          },
        });
      }
    }
  }

  of(name: GpuCall): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All counts that are not zero; they begin again. */
  take(): Calls {
    const taken = Object.fromEntries(this.#counts);
    this.#counts.clear();
    this.writtenBytes = 0;
    return taken;
  }
}

function countMaps(buffer: GPUBuffer, count: () => void): void {
  const own = buffer.mapAsync.bind(buffer);
  Object.defineProperty(buffer, "mapAsync", {
    value: (...args: Parameters<GPUBuffer["mapAsync"]>) => {
      count();
      return own(...args);
    },
  });
}
