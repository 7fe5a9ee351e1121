// Curves that grow while one watches, with real axes.
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { powerOfTen } from "./numbers.ts";
import { usePaint } from "./paint.ts";
import { theme } from "./theme.ts";

export interface PlotSeries {
  readonly label: string;
  /** As long as x; null where there is no value. */
  readonly values: readonly (number | null)[];
  /** Which of the palette's colours; its place in the list unless given. */
  readonly colour?: number;
  readonly dashed?: boolean;
}

export interface PlotProps {
  readonly label: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly PlotSeries[];
  readonly height?: number;
  readonly range?: readonly [number, number];
  readonly logarithmic?: boolean;
}

/** Colours that stay apart for every kind of colour vision, on light and dark. */
export const seriesColours = [
  "--series-1",
  "--series-2",
  "--series-3",
  "--series-4",
  "--series-5",
  "--series-6",
];

const emptyRange = [0, 1] as const;

export function Plot({
  label,
  x,
  xLabel,
  yLabel,
  series,
  height = 220,
  range,
  logarithmic = false,
}: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const shade = theme.value;
  // There is an axis before there are values.
  const isEmpty = !logarithmic && series.every(({ values }) => values.length === 0);
  const ends = range ?? (isEmpty ? emptyRange : undefined);
  const form = JSON.stringify([
    series.map(({ label, colour, dashed }) => [label, colour, dashed]),
    xLabel,
    yLabel,
    height,
    ends,
    logarithmic,
    shade,
  ]);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--ink-soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line") },
      font: `12px ${style.fontFamily}`,
      labelFont: `12px ${style.fontFamily}`,
      labelSize: 22,
    };
    const options: UPlot.Options = {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { points: { size: 6 } },
      scales: {
        x: { time: false, range: (_, low, high) => xRange(low, high) },
        y: {
          ...(ends === undefined ? {} : { range: [...ends] as [number, number] }),
          ...(logarithmic ? { distr: 3 as const } : {}),
        },
      },
      axes: [
        { ...axis, label: xLabel },
        {
          ...axis,
          ...(logarithmic ? powersOfTen : {}),
          label: yLabel,
          size: 60,
          values: (_, ticks) => ticks.map(logarithmic ? powerText : tickText),
        },
      ],
      series: [
        {},
        ...series.map((each, i) => ({
          label: each.label,
          stroke: colour(seriesColours[(each.colour ?? i) % seriesColours.length] as string),
          width: 2,
          spanGaps: true,
          points: { show: false },
          ...(each.dashed ? { dash: [5, 4] } : {}),
        })),
      ],
    };
    const drawn = new UPlot(options, dataOf(x, series), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [form]);
  usePaint(() => {
    const drawn = plot.current;
    // In a batch it draws at once: it has its turn now.
    drawn?.batch(() => drawn.setData(dataOf(x, series)));
  }, [x, series]);
  return (
    <div class="plot">
      <ul class="plot-legend">
        {series.map((each, i) => (
          <li key={each.label}>
            <span
              class={`swatch ${each.dashed ? "dashed" : ""}`}
              style={{
                borderColor: `var(${seriesColours[(each.colour ?? i) % seriesColours.length]})`,
              }}
            />
            {each.label}
          </li>
        ))}
      </ul>
      <div
        ref={host}
        style={{ height: `${height}px` }}
        role="img"
        aria-label={`${label}. ${spoken(x, series, xLabel)}`}
      />
    </div>
  );
}

/** From the first point to the last; there is an axis before there are any. */
function xRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  return [low, high > low ? high : low + 1];
}

/** Lines of a logarithmic axis: powers of ten, as many as there is room for. */
const powersOfTen: Pick<UPlot.Axis, "splits" | "filter"> = {
  splits: (_plot, _axis, min, max) => {
    const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const step = Math.max(1, Math.ceil((high - low) / 6));
    const count = Math.max(0, Math.floor((high - low) / step) + 1);
    return Array.from({ length: count }, (_, i) => 10 ** (low + i * step));
  },
  filter: (_plot, ticks) => ticks,
};

function powerText(tick: number | null): string {
  if (tick === null) return "";
  return tick >= 0.01 && tick <= 1000 ? tickText(tick) : powerOfTen(Math.round(Math.log10(tick)));
}

/** As many digits as it takes to tell ticks apart: learning rates are small. Logarithmic axes leave some ticks without. */
function tickText(tick: number | null): string {
  return tick === null ? "" : String(Number(tick.toPrecision(3)));
}

/** The arrays themselves: they are only read. */
function dataOf(x: readonly number[], series: readonly PlotSeries[]): UPlot.AlignedData {
  return [x, ...series.map(({ values }) => values)] as unknown as UPlot.AlignedData;
}

/** The last values, in words. */
function spoken(x: readonly number[], series: readonly PlotSeries[], xLabel: string): string {
  const last = x.at(-1);
  if (last === undefined) return "";
  const values = series.map(
    ({ label, values }) =>
      `${label} ${values.findLast((value) => value !== null)?.toPrecision(3) ?? "–"}`,
  );
  return `${xLabel} ${last}: ${values.join(", ")}`;
}
