// How two networks learn, side by side: a button, how far it is, and the curves.
import { useMemo } from "preact/hooks";
import { changeSettings, countSetting } from "../../location.ts";
import { say, type Text } from "../../text.ts";
import { Button, Notice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Plot } from "../../ui/Plot.tsx";
import type { PairTraining } from "./usePairTraining.ts";

const words = {
  title: { en: "Both networks learn", zh: "两个网络的学习过程" },
  train: { en: "Train both", zh: "训练两个网络" },
  stop: { en: "Stop", zh: "停止" },
  forget: { en: "Forget all", zh: "全部遗忘" },
  epochs: { en: "Epochs", zh: "迭代周期" },
  epoch: { en: "Epoch", zh: "迭代周期" },
  progress: { en: "Progress", zh: "进度" },
  loss: { en: "Loss on the training pictures", zh: "训练损失" },
  lossUnit: { en: "Cross-entropy", zh: "交叉熵" },
  accuracy: { en: "Accuracy on 300 other pictures", zh: "另外 300 幅图像上的准确率" },
  shareUnit: { en: "Share correct", zh: "正确的比例" },
  fresh: { en: "Untrained so far.", zh: "尚未训练。" },
};

const wholeShare = [0, 1] as const;
/** Before the first epoch: ten classes, all as likely, have a loss of 2.3. */
const firstRange = [0, 2.5] as const;

export interface PairCurvesProps {
  readonly training: PairTraining;
  /** The first network's, and the second's. */
  readonly names: readonly [Text, Text];
}

export function PairCurves({ training, names }: PairCurvesProps) {
  const { points, share, isStopping, error } = training;
  const epochs = countSetting("epochs", 5, 1, 20);
  const x = useMemo(() => points.map(({ epoch }) => epoch), [points]);
  const seriesOf = (part: "loss" | "accuracy") =>
    ([1, 0] as const).map((side) => ({
      label: say(names[side]),
      values: points.map(({ standings }) => standings[side][part]),
      colour: side === 1 ? 0 : 1,
      dashed: side === 0,
    }));
  const last = points.at(-1);
  const percent = (side: 0 | 1): string =>
    `${(100 * (last?.standings[side].accuracy ?? 0)).toFixed(1)} %`;
  const caption =
    last === undefined
      ? say(words.fresh)
      : say({
          en: `After ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}, of 300 other pictures are recognised: ${names[1].en} ${percent(1)}, ${names[0].en} ${percent(0)}.`,
          zh: `${last.epoch} 个迭代周期之后，另外 300 幅图像的识别准确率：${names[1].zh} ${percent(1)}，${names[0].zh} ${percent(0)}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        {share === null ? (
          <Button kind="primary" onClick={() => void training.train(epochs)}>
            {say(words.train)}
          </Button>
        ) : (
          <Button kind="primary" disabled={isStopping} onClick={training.stop}>
            {say(words.stop)}
          </Button>
        )}
        <Slider
          label={say(words.epochs)}
          value={epochs}
          min={1}
          max={20}
          onChange={(count) => changeSettings({ epochs: count })}
        />
        <Button
          disabled={share !== null || points.length === 0}
          onClick={() => void training.forget()}
        >
          {say(words.forget)}
        </Button>
        <progress aria-label={say(words.progress)} max={1} value={share ?? 0} />
      </div>
      {error !== null && <Notice kind="problem">{error.message}</Notice>}
      <Plot
        label={say(words.loss)}
        x={x}
        xLabel={say(words.epoch)}
        yLabel={say(words.lossUnit)}
        series={seriesOf("loss")}
        {...(points.length < 2 ? { range: firstRange } : {})}
      />
      <Plot
        label={say(words.accuracy)}
        x={x}
        xLabel={say(words.epoch)}
        yLabel={say(words.shareUnit)}
        range={wholeShare}
        series={seriesOf("accuracy")}
      />
    </Figure>
  );
}
