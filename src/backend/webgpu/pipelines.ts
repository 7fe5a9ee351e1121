// Shaders and pipelines of a device, made once for each text.

import type { Gpu } from "./device.ts";
import { visibleToCompute } from "./flags.ts";

const known = new WeakMap<Gpu, Pipelines>();

/** What this device has, whichever backend made it. */
export function pipelinesOf(gpu: Gpu): Pipelines {
  const pipelines = known.get(gpu) ?? new Pipelines(gpu);
  known.set(gpu, pipelines);
  return pipelines;
}

export class Pipelines {
  readonly #gpu: Gpu;
  readonly layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #made = new Map<string, GPUComputePipeline>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    const { device } = gpu;
    const visibility = visibleToCompute;
    this.layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: "storage" } },
        { binding: 1, visibility, buffer: { type: "storage" } },
        { binding: 2, visibility, buffer: { type: "uniform", hasDynamicOffset: true } },
      ],
    });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
  }

  pipeline(code: string): GPUComputePipeline {
    let made = this.#made.get(code);
    if (made === undefined) {
      const { device } = this.#gpu;
      const module = device.createShaderModule({ code });
      made = device.createComputePipeline({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: "main" },
      });
      this.#made.set(code, made);
    }
    return made;
  }
}
