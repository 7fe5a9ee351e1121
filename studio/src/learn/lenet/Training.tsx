// Training on the sample: a button, and how far it is.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../engine/client.ts";
import type { LenetForm, LenetProgress } from "../../engine/handlers/lenet.ts";
import { countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { AccuracyPlot, LossPlot } from "../../ui/LearningPlots.tsx";
import { percent } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { TrainingControls, untrained } from "../TrainingControls.tsx";

const words = {
  title: { en: "Loss and accuracy", zh: "损失与准确率" },
  train: { en: "Train", zh: "训练" },
  loss: { en: "loss on the training pictures", zh: "训练损失" },
  accuracy: { en: "accuracy on 300 other pictures", zh: "另外 300 幅图像上的准确率" },
};

/** One point of the curves. */
interface Point {
  /** Epochs since the network was new. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number | null;
}

export interface TrainingProps {
  readonly form: LenetForm;
  /** Called whenever the network has changed. */
  readonly onChange: () => void;
}

export function Training({ form, onChange }: TrainingProps) {
  const epochs = countSetting("epochs", 8, 1, 30);
  const [points, setPoints] = useState<readonly Point[]>([]);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const isGone = useRef(false);
  useEffect(() => {
    // The network lives in the engine: another visit begins with a new one, so that the curves tell all of its past.
    isGone.current = false;
    void ask("lenetReset", { form }).then(onChange);
    return () => {
      isGone.current = true;
      void ask("lenetStop", {});
    };
  }, []);
  const start = async (): Promise<void> => {
    const done = points.at(-1)?.epoch ?? 0;
    setShare(0);
    setError(null);
    const follow = (event: LenetProgress): void => {
      if (isGone.current) return;
      const { loss, testAccuracy: accuracy } = event;
      setShare(event.share);
      setPoints((before) => [
        ...before,
        { epoch: done + event.share * event.epochs, loss, accuracy },
      ]);
      onChange();
    };
    try {
      await ask("lenetTrain", { form, epochs }, follow);
    } catch (problem) {
      if (!isGone.current) setError(problem as Error);
    }
    if (isGone.current) return;
    setShare(null);
    onChange();
  };
  const forget = async (): Promise<void> => {
    await ask("lenetReset", { form });
    setPoints([]);
    onChange();
  };
  const last = points.at(-1);
  const epochsAt = points.map(({ epoch }) => epoch);
  const best = points.findLast(({ accuracy }) => accuracy !== null);
  const caption =
    last === undefined
      ? say(untrained)
      : say({
          en: `After ${last.epoch.toFixed(1)} epochs the loss is ${last.loss.toFixed(3)}${best ? `; ${percent(best.accuracy)} of the test pictures are recognised` : ""}.`,
          zh: `${last.epoch.toFixed(1)} 个迭代周期之后，损失为 ${last.loss.toFixed(3)}${best ? `，测试图像的识别准确率为 ${percent(best.accuracy)}` : ""}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <TrainingControls
        begin={words.train}
        epochs={epochs}
        mostEpochs={30}
        share={share}
        hasLearned={points.length > 0}
        onTrain={start}
        onStop={() => void ask("lenetStop", {})}
        onForget={forget}
      />
      <Problem of={error} />
      <LossPlot
        label={words.loss}
        x={epochsAt}
        series={[{ label: say(words.loss), values: points.map(({ loss }) => loss) }]}
      />
      <AccuracyPlot
        label={words.accuracy}
        x={epochsAt}
        series={[
          {
            label: say(words.accuracy),
            values: points.map(({ accuracy }) => accuracy),
            colour: 1,
          },
        ]}
      />
    </Figure>
  );
}
