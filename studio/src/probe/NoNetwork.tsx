// No network yet: one can be trained here in a few seconds, or come from another page.

import { signal } from "@preact/signals";
import type { RunSettings } from "../engine/run/types.ts";
import { addressOf } from "../location.ts";
import { presets } from "../network/presets.ts";
import { say } from "../text.ts";
import { curves, open, problem, run, train } from "../train/store.ts";
import { Button } from "../ui/controls.tsx";
import { percent } from "../ui/numbers.ts";
import { Problem } from "../ui/Problem.tsx";

const words = {
  none: { en: "There is no network yet.", zh: "还没有网络。" },
  quick: {
    en: "A LeNet can be trained right here, on 1,500 pictures of clothes: a few seconds.",
    zh: "可以就在这里用 1,500 幅服装图像训练一个 LeNet，只需几秒钟。",
  },
  train: { en: "Train a LeNet", zh: "训练 LeNet" },
  random: { en: "Take it untrained", zh: "不训练直接使用" },
  other: { en: "Or take another one:", zh: "或使用其他网络：" },
  toTrain: { en: "train it yourself", zh: "自己训练" },
  toRuns: { en: "open one that was kept", zh: "打开保存的网络" },
  progress: { en: "Training", zh: "训练进度" },
};

const epochs = 6;

/** Is a network being trained on this page? */
export const isTraining = signal(false);

export function NoNetwork() {
  const isRunning = isTraining.value;
  const last = curves.value.steps.at(-1);
  const share = (last?.epoch ?? 0) / epochs;
  const start = async (trains: boolean): Promise<void> => {
    isTraining.value = trains;
    await open(quickSettings());
    if (trains && run.value !== null) await train();
    isTraining.value = false;
  };
  return (
    <section class="no-network" aria-label={say(words.none)}>
      <p>
        <strong>{say(words.none)}</strong> {say(words.quick)}
      </p>
      <div class="controls">
        <Button kind="primary" disabled={isRunning} onClick={() => void start(true)}>
          {say(words.train)}
        </Button>
        <Button disabled={isRunning} onClick={() => void start(false)}>
          {say(words.random)}
        </Button>
      </div>
      <div class="progress-room">
        {isRunning && (
          <progress aria-label={say(words.progress)} value={share} max={1}>
            {percent(share, 0)}
          </progress>
        )}
      </div>
      <Problem of={problem.value} />
      <p>
        {say(words.other)} <a href={addressOf("train")}>{say(words.toTrain)}</a> ·{" "}
        <a href={addressOf("runs")}>{say(words.toRuns)}</a>
      </p>
    </section>
  );
}

/** Today's form of LeNet: it learns in a few epochs what sigmoids need dozens for. */
function quickSettings(): RunSettings {
  const lenet = presets.find(({ name }) => name === "lenet") as (typeof presets)[number];
  const network = lenet.text
    .replaceAll("nn.Sigmoid", "nn.ReLU")
    .replaceAll("AvgPool2d", "MaxPool2d");
  return {
    title: "LeNet",
    network,
    inputShape: lenet.inputShape,
    dataset: "sample",
    optimizer: "adam",
    lr: 0.002,
    momentum: 0,
    weightDecay: 0,
    schedule: "none",
    epochs,
    batchSize: 32,
    seed: 1,
  };
}
