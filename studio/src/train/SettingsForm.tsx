// What is trained, on what, and how.

import { DataChooser } from "../dataset/DataChooser.tsx";
import {
  type OptimizerName,
  optimizerNames,
  type ScheduleName,
  type StartName,
  scheduleNames,
} from "../engine/run/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { addressOf } from "../location.ts";
import { outputsOf, withOutputs } from "../network/outputs.ts";
import { presets } from "../network/presets.ts";
import { say } from "../text.ts";
import { Button, Choice, Notice, NumberField } from "../ui/controls.tsx";
import { changeNetwork, network } from "../workbench.ts";
import { ComputeNotice, ComputeSetting } from "./ComputeSetting.tsx";
import { change, settings } from "./settings.ts";
import { setRate, status } from "./store.ts";

const words = {
  title: { en: "Settings", zh: "设置" },
  network: { en: "Network", zh: "网络" },
  own: { en: "own network", zh: "自己的网络" },
  build: { en: "Change it on the page Build", zh: "在“搭建”页修改" },
  optimizer: { en: "Optimizer", zh: "优化器" },
  lr: { en: "Learning rate", zh: "学习率" },
  momentum: { en: "Momentum", zh: "动量" },
  decay: { en: "Weight decay", zh: "权重衰减" },
  schedule: { en: "Schedule", zh: "学习率调度" },
  none: { en: "constant", zh: "恒定" },
  cosine: { en: "cosine", zh: "余弦" },
  step: { en: "steps, a tenth each third", zh: "阶梯，每三分之一降为十分之一" },
  "one-cycle": { en: "one cycle", zh: "单周期" },
  epochs: { en: "Epochs", zh: "迭代周期" },
  batch: { en: "Batch size", zh: "批量大小" },
  seed: { en: "Seed", zh: "随机种子" },
  start: { en: "First weights", zh: "初始权重" },
  usual: { en: "as each layer begins", zh: "各层默认" },
  xavier: { en: "Xavier uniform", zh: "Xavier 均匀分布" },
};

export function SettingsForm() {
  const { optimizer, lr, momentum, weightDecay, schedule, epochs, batchSize, seed, ...rest } =
    settings.value;
  const isBusy = status.value === "running" || status.value === "paused";
  const hasMomentum = optimizer === "sgd" || optimizer === "rmsprop";
  const names = [
    ...presets.map(({ name, title }) => ({ value: name, label: title })),
    ...(network.value.name === "own" ? [{ value: "own", label: say(words.own) }] : []),
  ];
  return (
    <section class="settings" aria-label={say(words.title)}>
      <div class="controls">
        <Choice
          label={say(words.network)}
          value={network.value.name}
          options={names}
          onChange={(name) => {
            const preset = presets.find((each) => each.name === name);
            if (preset !== undefined) changeNetwork(preset);
          }}
        />
        <a href={addressOf("build")}>{say(words.build)}</a>
      </div>
      <DataChooser value={rest.dataset} onChange={(id) => change("dataset", id)} />
      <ClassesNotice dataset={rest.dataset} text={rest.network} />
      <div class="controls">
        <Choice<OptimizerName>
          label={say(words.optimizer)}
          value={optimizer}
          options={optimizerNames.map((value) => ({ value, label: value }))}
          onChange={(value) => change("optimizer", value)}
        />
        <NumberField
          label={say(words.lr)}
          value={lr}
          min={0}
          disabled={isBusy && schedule === "one-cycle"}
          onChange={(value) => {
            change("lr", value);
            // While it is trained, the rate changes at the next step.
            if (isBusy) void setRate(value);
          }}
        />
        <Choice<ScheduleName>
          label={say(words.schedule)}
          value={schedule}
          options={scheduleNames.map((value) => ({ value, label: say(words[value]) }))}
          onChange={(value) => change("schedule", value)}
        />
        {hasMomentum && (
          <NumberField
            label={say(words.momentum)}
            value={momentum}
            min={0}
            max={0.9999}
            onChange={(value) => change("momentum", value)}
          />
        )}
        <NumberField
          label={say(words.decay)}
          value={weightDecay}
          min={0}
          max={10}
          onChange={(value) => change("weightDecay", value)}
        />
        <NumberField
          label={say(words.epochs)}
          value={epochs}
          min={1}
          max={10_000}
          step={1}
          onChange={(value) => change("epochs", value)}
        />
        <NumberField
          label={say(words.batch)}
          value={batchSize}
          min={1}
          max={4096}
          step={1}
          onChange={(value) => change("batchSize", value)}
        />
        <NumberField
          label={say(words.seed)}
          value={seed}
          min={0}
          max={2 ** 31}
          step={1}
          onChange={(value) => change("seed", value)}
        />
        <Choice<StartName>
          label={say(words.start)}
          value={rest.start ?? "usual"}
          options={(["usual", "xavier"] as const).map((value) => ({
            value,
            label: say(words[value]),
          }))}
          onChange={(value) => change("start", value)}
        />
        <ComputeSetting />
      </div>
      <ComputeNotice />
    </section>
  );
}

/** A network made for another number of classes than the pictures have: one button mends it. */
function ClassesNotice({ dataset, text }: { readonly dataset: string; readonly text: string }) {
  const list = useAnswer("datasetList", { version: dataset });
  const classes = list.value?.find(({ id }) => id === dataset)?.classes.length ?? null;
  const outputs = outputsOf(text);
  if (classes === null || outputs === null || classes === outputs) return null;
  return (
    <Notice>
      {say({
        en: `These pictures have ${classes} classes, the network ends in ${outputs} numbers. `,
        zh: `这些图像有 ${classes} 个类别，而网络输出 ${outputs} 个数。`,
      })}
      <Button onClick={() => changeNetwork({ text: withOutputs(text, classes) })}>
        {say({ en: `Make it ${classes}`, zh: `改为 ${classes}` })}
      </Button>
    </Notice>
  );
}
