// What is looked at, from the address: the layer, the unit, the class, the method; and the picture of the person's own.
import { signal } from "@preact/signals";
import type { ProbeLayer, ProbeLook } from "../engine/probe/types.ts";
import { setting } from "../location.ts";

/** A drawing or a file as the network takes it; null while a test picture is shown. Grows its number with each change. */
export const ownPicture = signal<{
  readonly pixels: Float32Array;
  readonly number: number;
} | null>(null);

export function takePicture(pixels: Float32Array): void {
  ownPicture.value = { pixels, number: (ownPicture.value?.number ?? 0) + 1 };
}

export interface ChosenUnit {
  readonly layer: number;
  readonly info: ProbeLayer;
  readonly unit: readonly number[];
}

/** The unit in the address as far as the network has it: else the middle of the first layer's first map. */
export function chosenUnit({ layers }: ProbeLook): ChosenUnit | null {
  const path = setting("layer", "");
  const found = layers.findIndex((each) => each.path === path);
  const layer = found === -1 ? 0 : found;
  const info = layers[layer];
  if (info === undefined) return null;
  const given = setting("unit", "").split("-").map(Number);
  const isGiven =
    given.length === info.shape.length &&
    given.every(
      (place, i) => Number.isInteger(place) && place >= 0 && place < (info.shape[i] ?? 0),
    );
  const middle = info.shape.map((size, axis) => (axis === 0 ? 0 : Math.floor(size / 2)));
  return { layer, info, unit: isGiven ? given : middle };
}

export function unitSettings(path: string, unit: readonly number[]) {
  return { layer: path, unit: unit.join("-") };
}
