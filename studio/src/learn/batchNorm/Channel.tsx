// One channel of one layer: the formula with its numbers, in training and in evaluation, and the running statistics.
import { useMemo } from "preact/hooks";
import { pairChannels } from "../../engine/compared/channels.ts";
import type { PairSettings } from "../../engine/compared/networks.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Plot } from "../../ui/Plot.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "One channel, batch after batch", zh: "一个通道，一批接一批" },
  layer: { en: "Layer", zh: "层" },
  channel: { en: "Channel", zh: "通道" },
  momentum: { en: "Momentum", zh: "动量" },
  training: { en: "In training: statistics of this batch", zh: "训练时：用本批的统计量" },
  evaluation: { en: "In evaluation: running statistics", zh: "评估时：用移动统计量" },
  batch: { en: "Batch", zh: "批次" },
  mean: { en: "Mean", zh: "均值" },
  variance: { en: "Variance", zh: "方差" },
  ofBatch: { en: "of the batch", zh: "本批" },
  running: { en: "running", zh: "移动" },
};

export function Channel({
  pair,
  version,
}: {
  readonly pair: PairSettings;
  readonly version: number;
}) {
  const layer = Math.min(countSetting("layer", 3, 1, 16), pair.depth);
  const channels = pairChannels.normalisation;
  const channel = countSetting("channel", 1, 1, channels);
  const typed = Number(setting("momentum", "0.1"));
  const momentum = typed >= 0 && typed <= 1 ? typed : 0.1;
  const { value, error } = useAnswer("channelSteps", {
    ...{ pair, version, momentum },
    ...{ layer: layer - 1, channel: channel - 1 },
  });
  const x = useMemo(() => value?.runningMeans.map((_, i) => i) ?? [], [value]);
  const series = (running: readonly number[] = [], own: readonly number[] = []) => [
    { label: say(words.running), values: running, colour: 0 },
    { label: say(words.ofBatch), values: [null, ...own], colour: 1, dashed: true },
  ];
  const caption =
    value === null
      ? ""
      : say({
          en: `A batch of 32 pictures gives this channel ${value.count} numbers; one of them is ${digits(value.x)}. After ${value.batchMeans.length} batches the running mean is ${digits(value.runningMeans.at(-1))}, and the running variance ${digits(value.runningVariances.at(-1))}; they began at 0 and 1. The running variance divides by one less than the number of values.`,
          zh: `一批 32 幅图像在这个通道上给出 ${value.count} 个数，其中一个是 ${digits(value.x)}。${value.batchMeans.length} 批之后，移动均值为 ${digits(value.runningMeans.at(-1))}，移动方差为 ${digits(value.runningVariances.at(-1))}，它们从 0 和 1 开始。移动方差除以的是个数减一。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.layer)}
          value={layer}
          min={1}
          max={pair.depth}
          onChange={(next) => changeSettings({ layer: next })}
        />
        <Slider
          label={say(words.channel)}
          value={channel}
          min={1}
          max={channels}
          onChange={(next) => changeSettings({ channel: next })}
        />
        <Slider
          label={say(words.momentum)}
          value={momentum}
          min={0}
          max={1}
          step={0.05}
          format={(number) => number.toFixed(2)}
          onChange={(next) => changeSettings({ momentum: next })}
        />
      </div>
      <Problem of={error} />
      <div class="formula whole-row">
        <strong>{say(words.training)}</strong>
        <Formula of={value} mean={value?.mean} variance={value?.variance} result={value?.trained} />
        <strong>{say(words.evaluation)}</strong>
        <Formula
          of={value}
          mean={value?.runningMeans.at(-1)}
          variance={value?.runningVariances.at(-1)}
          result={value?.evaluated}
        />
        <span class="part-title">
          {say({
            en: "running ← (1 − momentum) · running + momentum · batch",
            zh: "移动统计量 ← (1 − 动量) · 移动统计量 + 动量 · 本批",
          })}
        </span>
      </div>
      <Plot
        label={say(words.mean)}
        x={x}
        xLabel={say(words.batch)}
        yLabel={say(words.mean)}
        series={series(value?.runningMeans, value?.batchMeans)}
      />
      <Plot
        label={say(words.variance)}
        x={x}
        xLabel={say(words.batch)}
        yLabel={say(words.variance)}
        series={series(value?.runningVariances, value?.batchVariances)}
      />
    </Figure>
  );
}

interface FormulaProps {
  readonly of: {
    readonly x: number;
    readonly gamma: number;
    readonly beta: number;
    readonly eps: number;
  } | null;
  readonly mean: number | undefined;
  readonly variance: number | undefined;
  readonly result: number | undefined;
}

function Formula({ of, mean, variance, result }: FormulaProps) {
  return (
    <span class="code numbers">
      {"y = γ · (x − mean) / √(variance + ε) + β"}
      <br />
      {of === null
        ? " "
        : `  = ${digits(of.gamma)} · (${digits(of.x)} − ${bracketed(mean)}) / √(${digits(variance)} + ${of.eps}) + ${bracketed(of.beta)} = ${digits(result)}`}
    </span>
  );
}

/** Four digits that count, with a real minus. */
function digits(value: number | undefined): string {
  if (value === undefined) return "";
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
  return text.replaceAll("-", "−");
}

function bracketed(value: number | undefined): string {
  return value !== undefined && value < 0 ? `(${digits(value)})` : digits(value);
}
