// Runs side by side: their curves in one plot, and the settings in which they differ.
import { useMemo } from "preact/hooks";
import type { EpochPoint, RunSummary } from "../engine/run/types.ts";
import { say } from "../text.ts";
import { AccuracyPlot, LossPlot } from "../ui/LearningPlots.tsx";
import { percent } from "../ui/numbers.ts";
import { Panel } from "../ui/Panel.tsx";
import type { PlotSeries } from "../ui/Plot.tsx";

const words = {
  title: { en: "Side by side", zh: "并排比较" },
  loss: { en: "Test loss", zh: "测试损失" },
  accuracy: { en: "Test accuracy", zh: "测试准确率" },
  setting: { en: "Setting", zh: "设置" },
  best: { en: "Best test accuracy", zh: "最高测试准确率" },
  same: { en: "These runs have the same settings.", zh: "这些训练的设置相同。" },
};

export function Comparison({ runs }: { readonly runs: readonly RunSummary[] }) {
  const x = useMemo(
    () =>
      [...new Set(runs.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)))].sort(
        (a, b) => a - b,
      ),
    [runs],
  );
  const series = (of: (point: EpochPoint) => number): PlotSeries[] =>
    runs.map(({ epochs }, i) => {
      const at = new Map(epochs.map((point) => [point.epoch, of(point)]));
      return { label: nameOf(runs, i), values: x.map((epoch) => at.get(epoch) ?? null) };
    });
  const accuracy = useMemo(() => series(({ testAccuracy }) => testAccuracy), [runs]);
  const loss = useMemo(() => series(({ testLoss }) => testLoss), [runs]);
  return (
    <Panel title={say(words.title)}>
      <div class="plots">
        <AccuracyPlot label={words.accuracy} x={x} series={accuracy} />
        <LossPlot label={words.loss} x={x} series={loss} />
      </div>
      <Differences runs={runs} />
    </Panel>
  );
}

/** Titles may be the same: then a number tells them apart. */
function nameOf(runs: readonly RunSummary[], i: number): string {
  const title = runs[i]?.settings.title ?? "";
  const isAlone = runs.every((run, k) => k === i || run.settings.title !== title);
  return isAlone ? title : `${title} (${i + 1})`;
}

function Differences({ runs }: { readonly runs: readonly RunSummary[] }) {
  const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const text = (value: unknown): string =>
    typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
  const rows = names
    .filter((name) => name !== "title")
    .map((name) => ({
      name,
      values: runs.map(({ settings }) =>
        text((settings as unknown as Record<string, unknown>)[name]),
      ),
    }))
    .filter(({ values }) => new Set(values).size > 1);
  return (
    <div class="scroll">
      <table class="data differences">
        <thead>
          <tr>
            <th scope="col">{say(words.setting)}</th>
            {runs.map(({ id }, i) => (
              <th key={id} scope="col">
                {nameOf(runs, i)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{say(words.best)}</th>
            {runs.map(({ id, epochs }) => (
              <td key={id}>
                {epochs.length === 0
                  ? "–"
                  : percent(Math.max(...epochs.map((point) => point.testAccuracy)))}
              </td>
            ))}
          </tr>
          {rows.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, i) => (
                <td key={runs[i]?.id}>
                  {name === "network" ? <pre class="small">{value}</pre> : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p>{say(words.same)}</p>}
    </div>
  );
}
