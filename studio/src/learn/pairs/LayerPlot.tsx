// A size by layer in both networks of a pair, on a logarithmic axis.
import { useMemo } from "preact/hooks";
import { say, type Text } from "../../text.ts";
import { Plot } from "../../ui/Plot.tsx";
import { type PairNames, pairSeries } from "./series.ts";

export interface LayerPlotProps {
  readonly label: Text;
  readonly layer: Text;
  readonly size: Text;
  readonly names: PairNames;
  /** Of both networks, layer by layer; undefined while it is not known. */
  readonly sizes: readonly [readonly number[], readonly number[]] | undefined;
}

export function LayerPlot({ label, layer, size, names, sizes }: LayerPlotProps) {
  const x = useMemo(() => sizes?.[0].map((_, i) => i + 1) ?? [], [sizes]);
  const series = useMemo(
    () => pairSeries(names, (side) => sizes?.[side].map(onLogarithmicAxis) ?? []),
    [sizes, ...names.map(say)],
  );
  return (
    <Plot
      label={say(label)}
      x={x}
      xLabel={say(layer)}
      yLabel={say(size)}
      series={series}
      logarithmic
    />
  );
}

/** A logarithmic axis has no place for 0, nor for what is no number. */
function onLogarithmicAxis(size: number): number | null {
  return size > 0 && size < Infinity ? size : null;
}
