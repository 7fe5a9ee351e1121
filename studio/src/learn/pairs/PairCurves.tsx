// How two networks learn, side by side: a button, how far it is, and the curves.
import { useMemo } from "preact/hooks";
import { countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { AccuracyPlot, LossPlot } from "../../ui/LearningPlots.tsx";
import { percent } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { TrainingControls, untrained } from "../TrainingControls.tsx";
import { type PairNames, pairSeries, type Side } from "./series.ts";
import type { PairTraining } from "./usePairTraining.ts";

const words = {
  title: { en: "Both networks learn", zh: "两个网络的学习过程" },
  train: { en: "Train both", zh: "训练两个网络" },
  loss: { en: "Loss on the training pictures", zh: "训练损失" },
  accuracy: { en: "Accuracy on 300 other pictures", zh: "另外 300 幅图像上的准确率" },
};

export interface PairCurvesProps {
  readonly training: PairTraining;
  readonly names: PairNames;
}

export function PairCurves({ training, names }: PairCurvesProps) {
  const { points, share, isStopping, error } = training;
  const epochs = countSetting("epochs", 5, 1, 20);
  const x = useMemo(() => points.map(({ epoch }) => epoch), [points]);
  const seriesOf = (part: "loss" | "accuracy") =>
    pairSeries(names, (side) => points.map(({ standings }) => standings[side][part]));
  const last = points.at(-1);
  const accuracyOf = (side: Side): string => percent(last?.standings[side].accuracy);
  const caption =
    last === undefined
      ? say(untrained)
      : say({
          en: `After ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}, of 300 other pictures are recognised: ${names[1].en} ${accuracyOf(1)}, ${names[0].en} ${accuracyOf(0)}.`,
          zh: `${last.epoch} 个迭代周期之后，另外 300 幅图像的识别准确率：${names[1].zh} ${accuracyOf(1)}，${names[0].zh} ${accuracyOf(0)}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <TrainingControls
        begin={words.train}
        epochs={epochs}
        mostEpochs={20}
        share={share}
        isStopping={isStopping}
        hasLearned={points.length > 0}
        onTrain={() => void training.train(epochs)}
        onStop={training.stop}
        onForget={() => void training.forget()}
      />
      <Problem of={error} />
      <LossPlot label={words.loss} x={x} series={seriesOf("loss")} />
      <AccuracyPlot label={words.accuracy} x={x} series={seriesOf("accuracy")} />
    </Figure>
  );
}
