// What can be asked of one picture on the current network: its classes, every layer's outputs, how one number of them comes
// about, and what a class's score hangs on.
import type { data, Tensor } from "../../../../src/index.ts";
import { gradCam, saliency } from "../probe/gradients.ts";
import { occlusion } from "../probe/occlusion.ts";
import { type LayerSnapshot, type Snapshot, snapshotOf } from "../probe/snapshot.ts";
import type {
  MapMethod,
  ProbeLayer,
  ProbeLook,
  ProbeMap,
  ProbeMaps,
  ProbeUnit,
} from "../probe/types.ts";
import { unitOf } from "../probe/unit.ts";
import { atRest, inputOf, requireRun } from "../run/current.ts";
import { pixelsAt } from "../run/pictures.ts";
import type { Session } from "../run/session.ts";

/** The picture that was looked at last; those before it are gone. */
interface Look {
  readonly number: number;
  readonly run: Session;
  readonly x: Tensor;
  readonly snapshot: Snapshot;
}

let latest: Look | null = null;
let looks = 0;
/** Grows with each map that is asked for: the one before is ended. */
let maps = 0;

interface OfLook {
  readonly look: number;
}

export interface LookInput {
  /** A picture of the person's, as the network takes it; null for a test picture. */
  readonly pixels: Float32Array | null;
  /** Which test picture. */
  readonly index: number;
  /** Another text asks anew: the network has changed. */
  readonly version: string;
}

async function probeLook({ pixels: given, index }: LookInput): Promise<ProbeLook> {
  const run = requireRun();
  const { test } = run.data;
  const at = Math.max(0, Math.min(index, test.length - 1));
  // Where its pictures are not here, an empty one stands until another is drawn or chosen.
  const pixels = given ?? (test.length === 0 ? new Float32Array(sizeOf(test)) : pixelsAt(test, at));
  const x = inputOf(run, pixels);
  const snapshot = await atRest(() => snapshotOf(run.net, x));
  latest = { number: ++looks, run, x, snapshot };
  return {
    look: latest.number,
    label: given === null ? (test.labels[at] ?? null) : null,
    pixels,
    imageShape: run.settings.inputShape,
    probabilities: snapshot.probabilities,
    layers: snapshot.layers.map(layerOf),
  };
}

function sizeOf({ imageShape: [channels, height, width] }: data.ImageDataset): number {
  return channels * height * width;
}

function layerOf({ module, path, output, field }: LayerSnapshot): ProbeLayer {
  const type = module.constructor.name;
  const [, height = 1, width = 1] = output.shape;
  return {
    path,
    type,
    text: module.describe(),
    shape: output.shape,
    most: magnitudeOf(output.data),
    field,
    hasMaps:
      output.shape.length === 3 &&
      height * width > 1 &&
      (type === "Conv2d" || module.children().length > 0),
  };
}

function magnitudeOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Null for the number of an earlier look. */
function lookOf(number: number): Look | null {
  return latest?.number === number ? latest : null;
}

function probeMaps({ look, layer }: OfLook & { readonly layer: number }): ProbeMaps | null {
  const output = lookOf(look)?.snapshot.layers[layer]?.output;
  return output === undefined ? null : { shape: output.shape, values: output.data };
}

async function probeUnit({
  look,
  layer,
  unit,
}: OfLook & {
  readonly layer: number;
  readonly unit: readonly number[];
}): Promise<ProbeUnit | null> {
  const own = lookOf(look);
  return own === null ? null : atRest(() => unitOf(own.snapshot, layer, unit));
}

export interface MapInput extends OfLook {
  readonly method: MapMethod;
  /** Class. */
  readonly target: number;
  /** Side and step of the patch that occludes. */
  readonly patch: number;
  readonly stride: number;
  /** Path of the layer for Grad-CAM. */
  readonly layer: string;
}

interface MapProgress {
  readonly done: number;
  readonly total: number;
}

/** Null if another map was asked for meanwhile, or the look is over. */
async function probeMap(
  input: MapInput,
  tell: (at: MapProgress) => void,
): Promise<ProbeMap | null> {
  const own = lookOf(input.look);
  const turn = ++maps;
  if (own === null) return null;
  const { method, target } = input;
  const { snapshot, run, x } = own;
  const [height, width] = snapshot.size;
  const mapOf = (values: Float32Array, rows = height, columns = width): ProbeMap => ({
    ...{ method, target, values, rows, columns },
    most: magnitudeOf(values),
    probability: snapshot.probabilities[target] ?? Number.NaN,
  });
  if (method === "occlusion") {
    const { patch, stride } = input;
    const map = await occlusion(
      run.net,
      x,
      { target, patch, stride, grey: await greyOf(run), batch: batchOf(snapshot) },
      atRest,
      (done, total) => {
        tell({ done, total });
        return turn === maps;
      },
    );
    return map === null ? null : mapOf(map.pixels, map.rows, map.columns);
  }
  if (method === "gradcam") {
    const cam = await atRest(() => gradCam(run.net, x, target, input.layer));
    return cam === null ? null : mapOf(cam.pixels, cam.rows, cam.columns);
  }
  const gradient = await atRest(() => saliency(run.net, x, target));
  return mapOf(perPixel(run, gradient, method === "signed"));
}

/** Middle grey, as the network takes it. */
async function greyOf(run: Session): Promise<number[]> {
  const [channels, height, width] = run.settings.inputShape;
  const area = height * width;
  const grey = await inputOf(run, new Float32Array(channels * area).fill(0.5)).data();
  return Array.from({ length: channels }, (_, c) => grey[c * area] as number);
}

/** Pictures at once: fewer of large ones, so that a batch stays short. */
function batchOf({ size: [height, width] }: Snapshot): number {
  return Math.max(2, Math.min(48, Math.floor(40_000 / (height * width))));
}

/** For each pixel: signed, the sum over its channels; otherwise the largest magnitude of them. Pixels count from 0 to 1. */
function perPixel(run: Session, gradient: Float32Array, isSigned: boolean): Float32Array {
  const [channels, height, width] = run.settings.inputShape;
  const area = height * width;
  const deviations = [run.data.test.normalize?.std ?? 1].flat();
  return Float32Array.from({ length: area }, (_, i) => {
    const own = Array.from(
      { length: channels },
      (_, c) =>
        (gradient[c * area + i] as number) / (deviations[Math.min(c, deviations.length - 1)] ?? 1),
    );
    return isSigned ? own.reduce((a, b) => a + b, 0) : Math.max(...own.map(Math.abs));
  });
}

/** Pictures of the test part. */
function probePictures({
  from,
  count,
}: {
  readonly from: number;
  readonly count: number;
  /** Of the training. */
  readonly run: string;
}): { readonly index: number; readonly label: number; readonly pixels: Float32Array }[] {
  const { test } = requireRun().data;
  const length = Math.max(0, Math.min(count, test.length - from));
  return Array.from({ length }, (_, i) => ({
    index: from + i,
    label: test.labels[from + i] as number,
    pixels: pixelsAt(test, from + i),
  }));
}

export const probeHandlers = { probeLook, probeMaps, probeUnit, probeMap, probePictures };
