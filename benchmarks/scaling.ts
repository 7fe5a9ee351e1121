// How time grows with batch, image size and channels: the cost of a unit of work should fall or stay even as
// there is more of it, and where it rises from one point to the next there is a cliff.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import packageFile from "../package.json" with { type: "json" };
import { setBackend } from "../src/index.ts";
import { foveaContender } from "./fovea.ts";
import { median } from "./report.ts";
import { scalingPicture } from "./scalingPicture.ts";
import type { Entry } from "./work.ts";
import { lenetInference, lenetTraining } from "./works/networks.ts";
import { convEntries } from "./works/ops.ts";

export interface ScalingPoint {
  readonly at: number;
  readonly ms: number;
  /** Nanoseconds per unit of work: an image, or a thousand multiply-adds. */
  readonly cost: number;
}

export interface ScalingLine {
  readonly name: string;
  /** What the axis counts, and of what the cost is. */
  readonly axis: string;
  readonly unit: string;
  readonly points: readonly ScalingPoint[];
  readonly cliff: Cliff;
}

/** The largest rise of the cost of a unit from one point to the next larger one: where more work costs more than its share. */
export interface Cliff {
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
}

export interface ScalingOptions {
  readonly backend: string;
  readonly threads: number;
  readonly quick: boolean;
  readonly svg: string;
}

const passes = 3;

/** More than this from one point to the next is worth a look. */
const wanted = 1.5;

interface Axis {
  readonly name: string;
  readonly axis: string;
  readonly unit: "image" | "thousand multiply-adds";
  readonly values: readonly number[];
  entry(value: number): Entry;
}

const batches = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 100, 128, 256, 512, 1024, 2048, 4096];
const sizes = [28, 32, 40, 48, 56, 57, 64, 80, 96, 112, 128, 160, 192, 224];
const channels = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

const conv = (batch: number, channelCount: number, size: number): Entry => {
  const x = [batch, channelCount, size, size] as const;
  const weight = [channelCount, 3] as const;
  return convEntries({ name: "3×3", x, weight, padding: 1 })[0] as Entry;
};

const axes: readonly Axis[] = [
  {
    name: "LeNet, inference",
    axis: "batch",
    unit: "image",
    values: batches,
    entry: lenetInference,
  },
  {
    name: "LeNet, training step",
    axis: "batch",
    unit: "image",
    values: batches,
    entry: lenetTraining,
  },
  {
    name: "3×3 convolution, 32 channels, batch 8",
    axis: "image size",
    unit: "thousand multiply-adds",
    values: sizes,
    entry: (size) => conv(8, 32, size),
  },
  {
    name: "3×3 convolution, 14 × 14, batch 8",
    axis: "channels",
    unit: "thousand multiply-adds",
    values: channels,
    entry: (count) => conv(8, count, 14),
  },
];

export function worstCliff(points: readonly Pick<ScalingPoint, "at" | "cost">[]): Cliff {
  let worst: Cliff = { from: points[0]?.at ?? 0, to: points[0]?.at ?? 0, ratio: 1 };
  points.slice(1).forEach(({ at, cost }, i) => {
    const before = points[i] as ScalingPoint;
    const ratio = cost / before.cost;
    if (ratio > worst.ratio) worst = { from: before.at, to: at, ratio };
  });
  return worst;
}

/** Measures all lines with Fovea alone, says the cliffs, and draws the picture. */
export async function scaling(
  { backend, threads, quick, svg }: ScalingOptions,
  say: (text: string) => void,
): Promise<readonly ScalingLine[]> {
  setBackend(backend, { threads });
  const contender = foveaContender(packageFile.version, "compiled");
  const lines: ScalingLine[] = [];
  for (const { name, axis, unit, values, entry } of axes) {
    say(`${name}, by ${axis}, threads ${contender.threads}: nanoseconds per ${unit}`);
    const points = await measureAxis(
      quick ? values.filter((_, i) => i % 4 === 0) : values,
      async (at) => {
        const { work, elements, flops = 0 } = entry(at);
        const prepared = await contender.prepare(work, await elements());
        const ms = await timeOf((calls) => prepared.run(calls), quick);
        const units = unit === "image" ? at : flops / 2e3;
        return { at, ms, cost: (ms * 1e6) / units };
      },
      quick ? 1 : passes,
    );
    for (const { at, cost } of points) say(`  ${String(at).padStart(5)}  ${cost.toPrecision(4)}`);
    const cliff = worstCliff(points);
    const verdict = cliff.ratio <= wanted ? "even" : `more than ${wanted}`;
    say(`  worst cliff ${cliff.ratio.toFixed(2)} from ${cliff.from} to ${cliff.to}: ${verdict}`);
    lines.push({ name, axis, unit, points, cliff });
  }
  await mkdir(dirname(svg), { recursive: true });
  await writeFile(svg, scalingPicture(lines));
  say(`picture: ${svg}`);
  return lines;
}

/** The least of several passes over all points: a machine that is slower for a moment makes no cliff. */
async function measureAxis(
  values: readonly number[],
  measure: (at: number) => Promise<ScalingPoint>,
  count: number,
): Promise<ScalingPoint[]> {
  const best = new Map<number, ScalingPoint>();
  for (let pass = 0; pass < count; pass++)
    for (const at of values) {
      const point = await measure(at);
      if (point.ms < (best.get(at)?.ms ?? Number.POSITIVE_INFINITY)) best.set(at, point);
    }
  return values.map((at) => best.get(at) as ScalingPoint);
}

/** Median of five turns after a warm-up. */
async function timeOf(run: (calls: number) => Promise<void>, quick: boolean): Promise<number> {
  const turnMs = quick ? 5 : 50;
  const time = async (calls: number): Promise<number> => {
    const begin = performance.now();
    await run(calls);
    return (performance.now() - begin) / calls;
  };
  let ms = await time(1);
  const begin = performance.now();
  while (performance.now() - begin < 3 * turnMs) ms = await time(1);
  const calls = Math.max(1, Math.round(turnMs / Math.max(ms, 1e-3)));
  const turns: number[] = [];
  for (let turn = 0; turn < 5; turn++) turns.push(await time(calls));
  return median(turns);
}
