// How a network learns, as curves over epochs: its loss, its accuracy, and the learning rate.
import { useMemo } from "preact/hooks";
import { say, type Text } from "../text.ts";
import { Plot, type PlotSeries } from "./Plot.tsx";

const words = {
  loss: { en: "Loss", zh: "损失" },
  lossUnit: { en: "Cross-entropy", zh: "交叉熵" },
  accuracy: { en: "Accuracy", zh: "准确率" },
  accuracyUnit: { en: "Share correct", zh: "正确的比例" },
  rate: { en: "Learning rate", zh: "学习率" },
  epoch: { en: "Epoch", zh: "迭代周期" },
  train: { en: "training", zh: "训练" },
  test: { en: "test", zh: "测试" },
};

const wholeShare = [0, 1] as const;
/** Before there is a curve: ten classes, all as likely, have a loss of 2.3. */
const untrainedLoss = [0, 2.5] as const;

export interface LearningPlotProps {
  readonly label?: Text;
  /** Epochs, with fractions. */
  readonly x: readonly number[];
  readonly series: readonly PlotSeries[];
}

export function LossPlot({ label = words.loss, x, series }: LearningPlotProps) {
  return (
    <Plot
      label={say(label)}
      x={x}
      xLabel={say(words.epoch)}
      yLabel={say(words.lossUnit)}
      series={series}
      {...(x.length < 2 ? { range: untrainedLoss } : {})}
    />
  );
}

export function AccuracyPlot({ label = words.accuracy, x, series }: LearningPlotProps) {
  return (
    <Plot
      label={say(label)}
      x={x}
      xLabel={say(words.epoch)}
      yLabel={say(words.accuracyUnit)}
      range={wholeShare}
      series={series}
    />
  );
}

export function RatePlot({
  x,
  rates,
}: {
  readonly x: readonly number[];
  readonly rates: readonly number[];
}) {
  const label = say(words.rate);
  const series = useMemo(() => [{ label, values: rates, colour: 2 }], [rates, label]);
  return <Plot label={label} x={x} xLabel={say(words.epoch)} yLabel={label} series={series} />;
}

type Values = PlotSeries["values"];

/** Two curves of one measure: on the pictures that are learned from, and on others. */
export function useTrainAndTest(train: Values, test: Values): readonly PlotSeries[] {
  const [trainLabel, testLabel] = [say(words.train), say(words.test)];
  return useMemo(
    () => [
      { label: trainLabel, values: train },
      { label: testLabel, values: test, dashed: true },
    ],
    [train, test, trainLabel, testLabel],
  );
}
