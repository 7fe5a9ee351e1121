// How one number of a layer comes about, for the picture of a snapshot.
import { nn } from "../../../../src/index.ts";
import { StudioError } from "../studioError.ts";
import { blockUnit } from "./blockUnit.ts";
import { convolutionUnit } from "./convolutionUnit.ts";
import { elementUnit, linearUnit, normalizationUnit } from "./pointUnit.ts";
import { poolUnit } from "./poolUnit.ts";
import { at, boxOf, type LayerSnapshot, type Snapshot } from "./snapshot.ts";
import type { Arithmetic, ProbeUnit } from "./types.ts";

/**
 * @param layer place in the snapshot's list
 * @param unit  `[channel, row, column]` or `[feature]`, from 0
 * @throws FoveaError if there is no such layer or unit
 */
export async function unitOf(
  snapshot: Snapshot,
  layer: number,
  unit: readonly number[],
): Promise<ProbeUnit> {
  const own = snapshot.layers[layer];
  const shape = own?.output.shape ?? [];
  const isThere =
    unit.length === shape.length && unit.every((place, i) => place >= 0 && place < (shape[i] ?? 0));
  if (own === undefined || !isThere) {
    const place = unit.join(", ");
    throw new StudioError({ en: `there is no unit ${place}`, zh: `没有单元 ${place}` });
  }
  return {
    layer,
    unit,
    value: at(own.output, unit),
    field: boxOf(own.field, unit),
    arithmetic: await arithmeticOf(snapshot, own, unit),
  };
}

async function arithmeticOf(
  { layers }: Snapshot,
  layer: LayerSnapshot,
  unit: readonly number[],
): Promise<Arithmetic> {
  const { module, input, output, path } = layer;
  if (module instanceof nn.Conv2d) return convolutionUnit(module, input, unit);
  if (module instanceof nn.Linear) return linearUnit(module, input, unit);
  if (module instanceof nn.BatchNorm2d || module instanceof nn.BatchNorm1d)
    return normalizationUnit(module, input, unit);
  if (module.children().length > 0) {
    const inside = layers.filter((each) => each.path.startsWith(`${path}.`));
    return blockUnit(layer, inside, unit);
  }
  const known = poolUnit(module, input, output, unit) ?? elementUnit(module, input, output, unit);
  if (known !== null) return known;
  const isSame = input.shape.join() === output.shape.join();
  return { kind: "unknown", input: isSame ? at(input, unit) : null, result: null };
}
