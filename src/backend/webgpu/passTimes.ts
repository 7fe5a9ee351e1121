// What each pass takes, for profiles: by the GPU's own clock where it has one, else by when each was done.

import type { Gpu } from "./device.ts";
import { bufferUsage, mapForReading } from "./flags.ts";

/** Records the commands of a pass, by its number. */
type Recorder = (pass: GPUComputePassEncoder, number: number) => void;

/** A set of queries has at most 4096: two for each pass. */
const passesOfSet = 2048;
const bytesOfQuery = 8;

/**
 * Runs passes one after another, and tells the milliseconds of each. All are queued before this waits for anything, so that
 * what is queued after the call comes after them.
 */
export async function timedPasses(gpu: Gpu, count: number, record: Recorder): Promise<number[]> {
  try {
    return await (gpu.hasClock ? byClock : byTurn)(gpu.device, count, record);
  } finally {
    // What was lost on the way says more than what followed from it.
    gpu.check();
  }
}

/** Each pass notes when it began and ended, in nanoseconds. */
async function byClock(device: GPUDevice, count: number, record: Recorder): Promise<number[]> {
  const sets: Promise<number[]>[] = [];
  for (let first = 0; first < count; first += passesOfSet) {
    const passes = Math.min(passesOfSet, count - first);
    sets.push(clockedSet(device, passes, (pass, i) => record(pass, first + i)));
  }
  return (await Promise.all(sets)).flat();
}

async function clockedSet(device: GPUDevice, count: number, record: Recorder): Promise<number[]> {
  const size = 2 * count * bytesOfQuery;
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 * count });
  const { queryResolve, copySource, copyDestination, mapRead } = bufferUsage;
  const resolved = device.createBuffer({ size, usage: queryResolve | copySource });
  const staging = device.createBuffer({ size, usage: copyDestination | mapRead });
  try {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < count; i++) {
      const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * i, 2 * i + 1];
      const timestampWrites = { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex };
      const pass = encoder.beginComputePass({ timestampWrites });
      record(pass, i);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapForReading);
    const ticks = new BigInt64Array(staging.getMappedRange().slice(0));
    return Array.from({ length: count }, (_, i) => {
      const [begin, end] = [ticks[2 * i] as bigint, ticks[2 * i + 1] as bigint];
      // A GPU may set its clock back between two readings.
      return Math.max(0, Number(end - begin) / 1e6);
    });
  } finally {
    for (const part of [querySet, resolved, staging]) part.destroy();
  }
}

/** Each pass is submitted alone: it took from when the one before it was done until it was done itself. */
async function byTurn(device: GPUDevice, count: number, record: Recorder): Promise<number[]> {
  let last = performance.now();
  const turns = Array.from({ length: count }, async (_, i) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass, i);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const now = performance.now();
    const ms = now - last;
    last = now;
    return ms;
  });
  return Promise.all(turns);
}
