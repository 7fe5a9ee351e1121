// A compiled program: its pipelines, and the table that tells each launch where its tensors lie. A run is one submission.
import type { KernelProgram, Launch, Slot } from "../../kernel/ir.ts";
import type { ProgramTiming } from "../../tensor/engine.ts";
import { BackendError } from "../../tensor/errors.ts";
import type { BackendBuffer, Executable } from "../backend.ts";
import { Bindings } from "../bindings.ts";
import { launchesOf, timed } from "../schedule.ts";
import type { Commands } from "./commands.ts";
import type { Gpu } from "./device.ts";
import { printKernel, tableHead, workgroupOf } from "./emitKernel.ts";
import { bufferUsage } from "./flags.ts";
import { checkWorkgroup } from "./limits.ts";
import type { GpuMemory } from "./memory.ts";
import { timedPasses } from "./passTimes.ts";
import type { Pipeline, Pipelines } from "./pipelines.ts";

/** Parts of the table begin at multiples of this. */
const partBytes = 256;
const nanBits = 0x7fc00000;
const infinityBits = 0x7f800000;

interface Dispatch {
  readonly pipeline: Pipeline;
  readonly groups: readonly [number, number];
  /** Where its part of the table begins, in bytes: the bind group's only offset. */
  readonly offsets: readonly [number];
}

/** What a backend's programs share. */
export interface GpuParts {
  readonly gpu: Gpu;
  readonly memory: GpuMemory;
  readonly pipelines: Pipelines;
  readonly commands: Commands;
}

/** A number of the table that depends on what is bound. */
interface Entry {
  readonly at: number;
  readonly binding: number;
  /** Bytes of a unit in which the kernel counts, */
  readonly unit: number;
  /** and the unit of the tensor from which it does. */
  readonly start: number;
}

export class GpuExecutable implements Executable {
  readonly #gpu: Gpu;
  readonly #memory: GpuMemory;
  readonly #pipelines: Pipelines;
  readonly #commands: Commands;
  readonly #layout: Pick<KernelProgram, "slots" | "arenaBytes">;
  readonly #launches: readonly Launch[];
  readonly #codes: readonly string[];
  readonly #dispatches: readonly Dispatch[];
  readonly #bindings: Bindings;
  readonly #entries: readonly Entry[];
  readonly #table: Uint32Array<ArrayBuffer>;
  readonly #tableBuffer: GPUBuffer;
  readonly #partSize: number;
  #isWritten = false;
  #group: GPUBindGroup | null = null;
  #generation = -1;
  /** Resolves when all pipelines are there; null from then on. */
  #pending: Promise<void> | null = null;
  #isDisposed = false;

  constructor(program: KernelProgram, { gpu, memory, pipelines, commands }: GpuParts) {
    this.#gpu = gpu;
    this.#memory = memory;
    this.#pipelines = pipelines;
    this.#commands = commands;
    const { slots, arenaBytes } = program;
    const launches = launchesOf(program);
    this.#layout = { slots, arenaBytes };
    this.#launches = launches;
    this.#bindings = new Bindings(memory, slots);
    const bound = slots.filter(({ kind }) => kind === "bound");
    const numberOf = new Map(bound.map((slot, i) => [slot, i]));
    const most = Math.max(0, ...launches.map((launch) => launch.slots.length));
    this.#partSize = Math.ceil(((tableHead + most) * 4) / partBytes) * partBytes;
    this.#table = new Uint32Array((Math.max(1, launches.length) * this.#partSize) / 4);
    const entries: Entry[] = [];
    const codes: string[] = [];
    // Each kernel is compiled while the next is printed.
    this.#dispatches = launches.map((launch, i) => {
      const { kernel, chunks, slots: used } = launch;
      checkWorkgroup(kernel.name, workgroupOf(kernel), gpu.device.limits);
      const own = used.map((number) => slots[number] as Slot);
      const spaces = own.map(({ kind }) => (kind === "bound" ? "heap" : "arena"));
      const { code, starts } = printKernel(kernel, spaces);
      codes.push(code);
      const part = (i * this.#partSize) / 4;
      this.#table.set([chunks, nanBits, infinityBits], part);
      own.forEach((slot, k) => {
        const unit = kernel.buffers[k]?.element === "uint8" ? 1 : 4;
        const at = part + tableHead + k;
        const start = starts[k] as number;
        if (slot.kind === "arena") this.#table[at] = slot.offset / unit + start;
        else entries.push({ at, binding: numberOf.get(slot) as number, unit, start });
      });
      const pipeline = pipelines.pipeline(code);
      return { pipeline, groups: groupsOf(launch, gpu), offsets: [i * this.#partSize] };
    });
    this.#codes = codes;
    this.#entries = entries;
    const pending = this.#dispatches.flatMap(({ pipeline }) => pipeline.pending ?? []);
    if (pending.length > 0) {
      this.#pending = Promise.all(pending).then(() => {
        this.#pending = null;
      });
    }
    this.#tableBuffer = gpu.device.createBuffer({
      size: this.#table.byteLength,
      usage: bufferUsage.uniform | bufferUsage.copyDestination,
    });
  }

  run(bindings: readonly BackendBuffer[]): void {
    const addresses = this.#addressesOf(bindings);
    if (this.#dispatches.length === 0) return;
    this.#commands.give(() => this.#submit(addresses), this.#pending);
  }

  #submit(addresses: Float64Array): void {
    // A compiler may have refused a kernel meanwhile: whoever comes next is told.
    if (this.#gpu.hasFailed) return;
    this.#place(addresses);
    const { device } = this.#gpu;
    const group = this.#bindGroup();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of this.#dispatches) record(pass, group, dispatch);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  async profile(bindings: readonly BackendBuffer[]): Promise<ProgramTiming> {
    const addresses = this.#addressesOf(bindings);
    const times = await this.#commands.ask(async () => {
      this.#gpu.check();
      this.#place(addresses);
      const group = this.#bindGroup();
      return timedPasses(this.#gpu, this.#dispatches.length, (pass, i) =>
        record(pass, group, this.#dispatches[i] as Dispatch),
      );
    }, this.#pending);
    return timed(this.#layout, this.#launches, (_, i) => times[i] as number);
  }

  code(): string {
    return this.#codes.join("\n");
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    // Behind the runs that were asked for.
    this.#commands.give(() => this.#tableBuffer.destroy());
  }

  /** Where the tensors of a run begin. */
  #addressesOf(bindings: readonly BackendBuffer[]): Float64Array {
    this.#gpu.check();
    if (this.#isDisposed) throw new BackendError("webgpu: this program was disposed of");
    this.#bindings.bind(bindings);
    // The run may have to wait while others are asked for.
    return this.#bindings.addresses.slice();
  }

  /** Writes down where the bound tensors lie, if that is elsewhere than in the last run. */
  #place(addresses: Float64Array): void {
    let isChanged = !this.#isWritten;
    for (const { at, binding, unit, start } of this.#entries) {
      // Modulo 2^32, as kernels add: they may count from before a tensor's first element.
      const place = ((addresses[binding] as number) / unit + start) >>> 0;
      if (this.#table[at] !== place) isChanged = true;
      this.#table[at] = place;
    }
    if (isChanged) this.#gpu.device.queue.writeBuffer(this.#tableBuffer, 0, this.#table);
    this.#isWritten = true;
  }

  #bindGroup(): GPUBindGroup {
    const { generation, heap, scratch } = this.#memory;
    if (this.#group === null || this.#generation !== generation) {
      this.#generation = generation;
      this.#group = this.#gpu.device.createBindGroup({
        layout: this.#pipelines.layout,
        entries: [
          { binding: 0, resource: { buffer: heap } },
          { binding: 1, resource: { buffer: scratch } },
          { binding: 2, resource: { buffer: this.#tableBuffer, size: this.#partSize } },
        ],
      });
    }
    return this.#group;
  }
}

function record(
  pass: GPUComputePassEncoder,
  group: GPUBindGroup,
  { pipeline, groups, offsets }: Dispatch,
): void {
  pass.setPipeline(pipeline.compiled as GPUComputePipeline);
  pass.setBindGroup(0, group, offsets);
  pass.dispatchWorkgroups(groups[0], groups[1]);
}

/** Workgroups for all chunks of a launch, in rows where one row has too few. */
function groupsOf({ kernel, chunks }: Launch, { device }: Gpu): readonly [number, number] {
  const groups = Math.ceil(chunks / workgroupOf(kernel).chunks);
  const rows = Math.ceil(groups / device.limits.maxComputeWorkgroupsPerDimension);
  return [Math.ceil(groups / rows), rows];
}
