// A training of `fovea train --studio`, while it runs: where it is, and its curves.
import { useMemo } from "preact/hooks";
import { formatCount, say } from "../../text.ts";
import { Notice } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { AccuracyPlot, LossPlot, RatePlot, useTrainAndTest } from "../../ui/LearningPlots.tsx";
import { percent } from "../../ui/numbers.ts";
import { OpenNetwork } from "./OpenNetwork.tsx";
import { line, watched } from "./store.ts";
import { WatchFacts } from "./WatchFacts.tsx";
import type { Watched } from "./watched.ts";
import "./watch.css";

const words = {
  waiting: { en: "fovea train is getting the data ready.", zh: "fovea train 正在准备数据。" },
  lost: {
    en: "The command does not answer. The page asks again until it does.",
    zh: "命令没有应答，页面会不断重试。",
  },
  gone: {
    en: "The command has gone without saying how the training ended.",
    zh: "命令已结束，没有说明训练的结果。",
  },
  progress: { en: "Training done", zh: "训练进度" },
};

/** Nothing where no training is watched. */
export function WatchPanel() {
  const known = watched.value;
  return known === null ? null : <Panel known={known} />;
}

function Panel({ known }: { readonly known: Watched }) {
  const { run, over } = known;
  const title = run === null ? "fovea train" : `fovea train: ${run.id}`;
  const isGone = line.value === "closed" && over === null && run !== null;
  return (
    <Figure title={title} caption={captionOf(known)}>
      <div class="whole-row">
        {run === null && <p>{say(words.waiting)}</p>}
        <WatchFacts known={known} />
        <progress aria-label={say(words.progress)} max={1} value={shareDone(known)} />
        <OpenNetwork known={known} />
        {line.value === "lost" && <Notice>{say(words.lost)}</Notice>}
        {isGone && <Notice>{say(words.gone)}</Notice>}
        {over?.outcome === "failed" && <Notice kind="problem">{over.message}</Notice>}
      </div>
      <Curves known={known} />
    </Figure>
  );
}

function Curves({ known: { points } }: { readonly known: Watched }) {
  const columns = useMemo(
    () => ({
      x: points.map(({ epoch }) => epoch),
      loss: points.map(({ loss }) => loss),
      testLoss: points.map(({ testLoss }) => testLoss),
      accuracy: points.map(({ accuracy }) => accuracy),
      testAccuracy: points.map(({ testAccuracy }) => testAccuracy),
      rates: points.map(({ lr }) => lr),
    }),
    [points],
  );
  const { x, rates } = columns;
  const loss = useTrainAndTest(columns.loss, columns.testLoss);
  const accuracy = useTrainAndTest(columns.accuracy, columns.testAccuracy);
  return (
    <>
      <LossPlot x={x} series={loss} />
      <AccuracyPlot x={x} series={accuracy} />
      <RatePlot x={x} rates={rates} />
    </>
  );
}

function shareDone({ now, epochs, over }: Watched): number {
  if (over?.outcome === "finished") return 1;
  if (now === null || epochs === null) return 0;
  return (now.epoch - 1 + now.step / now.stepsPerEpoch) / epochs;
}

/** How it stands, in a sentence that changes once an epoch. */
function captionOf({ points, result, over, run }: Watched): string {
  const last = points.findLast(({ testAccuracy }) => testAccuracy !== null);
  if (result !== null && run !== null) {
    const count = formatCount.value(run.testImages);
    return say({
      en: `The training is over: ${percent(result.accuracy)} of ${count} test pictures are recognised.`,
      zh: `训练结束：${count} 幅测试图像的识别准确率为 ${percent(result.accuracy)}。`,
    });
  }
  if (over?.outcome === "stopped")
    return say({
      en: "It was stopped, and is saved: fovea train --resume goes on with it.",
      zh: "训练已停止并保存：用 fovea train --resume 可继续。",
    });
  if (last === undefined)
    return say({ en: "No epoch is finished so far.", zh: "尚未完成一个迭代周期。" });
  return say({
    en: `After epoch ${last.epoch}: loss ${last.loss.toFixed(3)}, ${percent(last.testAccuracy)} of the test pictures are recognised.`,
    zh: `第 ${last.epoch} 个迭代周期之后：损失 ${last.loss.toFixed(3)}，测试图像的识别准确率为 ${percent(last.testAccuracy)}。`,
  });
}
