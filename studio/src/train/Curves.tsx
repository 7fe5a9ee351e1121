// Loss, accuracy and learning rate, as training goes on.
import { useMemo } from "preact/hooks";
import { say } from "../text.ts";
import { Panel } from "../ui/Panel.tsx";
import { Plot } from "../ui/Plot.tsx";
import { Columns } from "./columns.ts";
import { curves } from "./store.ts";

const words = {
  title: { en: "Curves", zh: "曲线" },
  loss: { en: "Loss", zh: "损失" },
  accuracy: { en: "Accuracy", zh: "准确率" },
  rate: { en: "Learning rate", zh: "学习率" },
  epoch: { en: "Epoch", zh: "迭代周期" },
  lossUnit: { en: "Cross-entropy", zh: "交叉熵" },
  accuracyUnit: { en: "Share correct", zh: "正确的比例" },
  rateUnit: { en: "Rate", zh: "学习率" },
  train: { en: "training", zh: "训练" },
  test: { en: "test", zh: "测试" },
};

const whole = [0, 1] as const;

export function Curves() {
  const shown = curves.value;
  const { x, trainLoss, testLoss, trainAccuracy, testAccuracy, rate } = useMemo(
    () => new Columns(shown.steps, shown.epochs),
    [shown],
  );
  const lossSeries = useMemo(
    () => [
      { label: say(words.train), values: trainLoss },
      { label: say(words.test), values: testLoss, dashed: true },
    ],
    [x],
  );
  const accuracySeries = useMemo(
    () => [
      { label: say(words.train), values: trainAccuracy },
      { label: say(words.test), values: testAccuracy, dashed: true },
    ],
    [x],
  );
  const rateSeries = useMemo(() => [{ label: say(words.rate), values: rate, colour: 2 }], [x]);
  const axis = { x, xLabel: say(words.epoch) };
  return (
    <Panel title={say(words.title)}>
      <div class="plots">
        <Plot label={say(words.loss)} yLabel={say(words.lossUnit)} series={lossSeries} {...axis} />
        <Plot
          label={say(words.accuracy)}
          yLabel={say(words.accuracyUnit)}
          series={accuracySeries}
          range={whole}
          {...axis}
        />
        <Plot label={say(words.rate)} yLabel={say(words.rateUnit)} series={rateSeries} {...axis} />
      </div>
    </Panel>
  );
}
