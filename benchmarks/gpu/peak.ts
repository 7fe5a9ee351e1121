// What a GPU reaches at best: copying from one buffer to another, and multiply-adds in registers. Shaders written by hand, for
// they are to show the machine and not the library.

import { bufferUsage } from "../../src/backend/webgpu/flags.ts";
import type { Gpu } from "../../src/backend/webgpu/index.ts";
import { timedPasses } from "../../src/backend/webgpu/passTimes.ts";

export interface GpuPeak {
  /** Bytes read and bytes written. */
  readonly copyGigabytesPerSecond: number;
  /** A multiply-add counts as two. */
  readonly gflopsPerSecond: number;
}

/** How much is done: enough to fill a card, or little enough for a processor. */
export interface PeakSizes {
  readonly copiedBytes: number;
  readonly invocations: number;
  readonly iterations: number;
  readonly rounds: number;
}

export const cardSizes: PeakSizes = {
  copiedBytes: 2 ** 28,
  invocations: 2 ** 20,
  iterations: 1024,
  rounds: 20,
};

export const softwareSizes: PeakSizes = {
  copiedBytes: 2 ** 22,
  invocations: 2 ** 10,
  iterations: 128,
  rounds: 3,
};

const groupSize = 256;
const bytesOfVector = 16;
/** Independent chains of vectors of four: more than the latency of a multiply-add, fewer than there are registers. */
const chains = 8;
const flopsOfIteration = chains * 4 * 2;

const head = `
@group(0) @binding(0) var<storage, read_write> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4<f32>>;
@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) member: u32,
) {
  let at = (group.y * groups.x + group.x) * ${groupSize}u + member;
`;

const copy = `${head}  target_[at] = source[at];\n}\n`;

function multiplyAdds(iterations: number): string {
  const each = (line: (i: number) => string): string =>
    Array.from({ length: chains }, (_, i) => line(i)).join("\n");
  return `${head}
  // From memory, so that the compiler knows neither.
  let factor = source[0];
  let summand = source[1];
${each((i) => `  var a${i} = vec4<f32>(f32(at + ${i}u));`)}
  for (var i = 0u; i < ${iterations}u; i++) {
${each((i) => `    a${i} = fma(a${i}, factor, summand);`)}
  }
  target_[at] = ${Array.from({ length: chains }, (_, i) => `a${i}`).join(" + ")};
}
`;
}

export async function measureGpuPeak(gpu: Gpu, sizes: PeakSizes): Promise<GpuPeak> {
  const { invocations, iterations, rounds } = sizes;
  const copiedBytes = Math.min(sizes.copiedBytes, gpu.device.limits.maxStorageBufferBindingSize);
  const usage = bufferUsage.storage | bufferUsage.copyDestination;
  const [source, target] = Array.from({ length: 2 }, () =>
    gpu.device.createBuffer({ size: copiedBytes, usage }),
  ) as [GPUBuffer, GPUBuffer];
  const half = new Float32Array(2 * 4).fill(0.5);
  gpu.device.queue.writeBuffer(source, 0, half);
  try {
    const best = async (code: string, count: number): Promise<number> => {
      const record = recorder(gpu, code, [source, target], count / groupSize);
      // The first passes find a clock that is low, and pages that nobody touched.
      const times = await timedPasses(gpu, 2 * rounds, record);
      return Math.min(...times.slice(rounds));
    };
    const copyMs = await best(copy, copiedBytes / bytesOfVector);
    const computeMs = await best(multiplyAdds(iterations), invocations);
    const flops = invocations * iterations * flopsOfIteration;
    return {
      copyGigabytesPerSecond: (2 * copiedBytes) / copyMs / 1e6,
      gflopsPerSecond: flops / computeMs / 1e6,
    };
  } finally {
    source.destroy();
    target.destroy();
  }
}

/** Records a run of the shader by so many workgroups. */
function recorder(
  { device }: Gpu,
  code: string,
  buffers: readonly GPUBuffer[],
  groups: number,
): (pass: GPUComputePassEncoder) => void {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const rows = Math.ceil(groups / device.limits.maxComputeWorkgroupsPerDimension);
  return (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.floor(groups / rows), rows);
  };
}
