// Shaders and pipelines of a device, made once for each text, many at a time.

import { BackendError } from "../../tensor/errors.ts";
import type { Gpu } from "./device.ts";
import { visibleToCompute } from "./flags.ts";

const known = new WeakMap<Gpu, Pipelines>();

/** What this device has, whichever backend made it. */
export function pipelinesOf(gpu: Gpu): Pipelines {
  const pipelines = known.get(gpu) ?? new Pipelines(gpu);
  known.set(gpu, pipelines);
  return pipelines;
}

/** A kernel's pipeline, as soon as it is compiled. */
export interface Pipeline {
  /** Resolves when it is there, or the device has been told that it cannot be made; null from then on. */
  readonly pending: Promise<void> | null;
  /** Null until then. */
  readonly compiled: GPUComputePipeline | null;
}

export class Pipelines {
  readonly #gpu: Gpu;
  readonly layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #made = new Map<string, Pipeline>();

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

  /** The pipeline of a shader; its making begins now unless the text is known. */
  pipeline(code: string): Pipeline {
    let made = this.#made.get(code);
    if (made === undefined) {
      made = this.#make(code);
      this.#made.set(code, made);
    }
    return made;
  }

  #make(code: string): Pipeline {
    const { device } = this.#gpu;
    const module = device.createShaderModule({ code });
    const compute = { module, entryPoint: "main" };
    const making = device.createComputePipelineAsync({ layout: this.#pipelineLayout, compute });
    this.#gpu.napUntil(making);
    const pipeline: { -readonly [K in keyof Pipeline]: Pipeline[K] } = {
      compiled: null,
      pending: making.then(
        (compiled) => {
          pipeline.compiled = compiled;
          pipeline.pending = null;
        },
        (error: Error) => {
          pipeline.pending = null;
          this.#gpu.fail(
            new BackendError("webgpu: the GPU's compiler refused a kernel", {
              facts: [{ name: "it says", value: error.message.trim() }],
            }),
          );
        },
      ),
    };
    return pipeline;
  }
}
