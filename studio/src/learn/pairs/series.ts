// The curves of both networks of a pair: in every figure the same colours, in the same order.
import { say, type Text } from "../../text.ts";
import type { PlotSeries } from "../../ui/Plot.tsx";

/** 0 is the network without what the pair differs in, 1 that with it. */
export type Side = 0 | 1;
export type PairNames = readonly [Text, Text];

export function pairSeries(
  names: PairNames,
  valuesOf: (side: Side) => PlotSeries["values"],
): PlotSeries[] {
  return ([1, 0] as const).map((side) => ({
    label: say(names[side]),
    values: valuesOf(side),
    colour: side === 1 ? 0 : 1,
    dashed: side === 0,
  }));
}
