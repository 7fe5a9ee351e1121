// Trains a tiny network on the GPU, by hand or by `fit`, and prints what is in use after the first steps and after 5,000
// more: what gpuLeak.test.ts runs as a process of its own, whose memory is this training's alone.
import koffi from "koffi";
import { createWebgpuBackend, openGpu } from "../../src/backend/webgpu/index.ts";
import { useBackend } from "../../src/engine.ts";
import { type data, nn, optim, Tensor, train } from "../../src/index.ts";
import "../backend/gpu.ts";

/** What is in use once everything unreachable is gone. */
export interface InUse {
  /** Buffers of the device, made since it was opened. */
  readonly made: number;
  /** Those that were not destroyed, and their bytes. */
  readonly live: number;
  readonly liveBytes: number;
  /** As the backend counts. */
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly arenaBytes: number;
  /** What JavaScript holds, buffers outside of its heap too. */
  readonly heap: number;
  /** What Dawn and the driver hold: bytes that the C library gave them. What it keeps for itself to give later is not counted. */
  readonly native: number;
}

export interface Outcome {
  readonly before: InUse;
  readonly after: InUse;
  readonly losses: readonly number[];
}

/** Until then, compilers and collectors take what they need. */
const warmUp = 1500;
const steps = 5000;

const size = 4;
const classes = 3;
const batchSize = 4;

const gpu = await openGpu({ software: true });
let made = 0;
const live = new Set<GPUBuffer>();
const create = gpu.device.createBuffer.bind(gpu.device);
gpu.device.createBuffer = (descriptor) => {
  const buffer = create(descriptor);
  const destroy = buffer.destroy.bind(buffer);
  made++;
  live.add(buffer);
  buffer.destroy = () => {
    live.delete(buffer);
    destroy();
  };
  return buffer;
};
const backend = createWebgpuBackend(gpu);
useBackend(backend);

const libc = koffi.load("libc.so.6");
const counts = ["arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"] as const;
const rest = ["uordblks", "fordblks", "keepcost"] as const;
koffi.struct("mallinfo2", Object.fromEntries([...counts, ...rest].map((name) => [name, "size_t"])));
const mallinfo2 = libc.func("mallinfo2 mallinfo2()");

/** Of glibc, whose threads all take from one place (`MALLOC_ARENA_MAX=1`): what it counts is of one place alone. */
function nativeBytes(): number {
  const { uordblks, hblkhd } = mallinfo2() as { uordblks: number; hblkhd: number };
  return uordblks + hblkhd;
}

/** Waits until everything unreachable is gone. Finalizers run some turns of the event loop after a collection. */
async function collected(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    (globalThis.gc as () => void)();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function inUse(): Promise<InUse> {
  await collected();
  const { buffers: tensors, tensors: tensorBytes, arena: arenaBytes } = backend.memory();
  const liveBytes = [...live].reduce((sum, buffer) => sum + buffer.size, 0);
  const { heapUsed, external } = process.memoryUsage();
  const heap = heapUsed + external;
  const native = nativeBytes();
  return { made, live: live.size, liveBytes, tensors, tensorBytes, arenaBytes, heap, native };
}

/** A class is the brightest row. */
function rows(length: number): data.ImageDataset {
  const pixels = size * size;
  const labels = Uint8Array.from({ length }, (_, i) => i % classes);
  const images = Uint8Array.from({ length: length * pixels }, (_, i) => {
    const row = Math.floor((i % pixels) / size);
    return row === labels[Math.floor(i / pixels)] ? 200 : (i * 7) % 90;
  });
  const names = ["top", "middle", "bottom"];
  return { name: "rows", images, labels, imageShape: [1, size, size], classes: names, length };
}

const network = (): nn.Module =>
  new nn.Sequential(new nn.Flatten(), new nn.Linear(size * size, classes));

/** As in PyTorch: a graph a step, and a value read now and then. */
async function byHand(): Promise<Outcome> {
  const net = network();
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const { images, labels, imageShape } = rows(batchSize);
  const pixels = Float32Array.from(images, (byte) => byte / 255);
  const lossOf = (): Tensor => {
    const x = Tensor.from(pixels, { shape: [batchSize, ...imageShape] });
    const targets = Float32Array.from({ length: batchSize * classes }, (_, i) =>
      Number(i % classes === labels[Math.floor(i / classes)]),
    );
    const y = Tensor.from(targets, { shape: [batchSize, classes] });
    return net.forward(x).sub(y).square().mean();
  };
  const losses: number[] = [];
  let before: InUse | null = null;
  for (let i = 0; i < warmUp + steps; i++) {
    // What waits for the collector takes memory too, the more the later that comes: not so here, where growth must be a leak.
    if (i % 100 === 0) await collected();
    if (i === warmUp) before = await inUse();
    const loss = lossOf();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (i % 10 === 0) losses.push(await loss.item());
  }
  const after = await inUse();
  // The network is in use up to here.
  losses.push(await lossOf().item());
  return { before: before as InUse, after, losses };
}

async function byFit(): Promise<Outcome> {
  const data = rows(400);
  const stepsPerEpoch = data.length / batchSize;
  const first = warmUp / stepsPerEpoch;
  const last = first + steps / stepsPerEpoch;
  const seen: InUse[] = [];
  const { epochs } = await train.fit(network(), {
    data,
    validation: rows(40),
    optimizer: optim.sgd({ lr: 0.1 }),
    batchSize,
    epochs: last,
    callbacks: [
      {
        onEpoch: async ({ epoch }) => {
          await collected();
          if (epoch === first || epoch === last) seen.push(await inUse());
        },
      },
    ],
  });
  const [before, after] = seen as [InUse, InUse];
  return { before, after, losses: epochs.map(({ loss }) => loss) };
}

const outcome = process.argv[2] === "fit" ? await byFit() : await byHand();
console.log(JSON.stringify(outcome));
backend.dispose();
gpu.close();
