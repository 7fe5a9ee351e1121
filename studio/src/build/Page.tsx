// The page Build: a network as text and as a list, both ways in step, with what each layer makes and costs.
import { useMemo, useRef } from "preact/hooks";
import { useAnswer } from "../engine/useAnswer.ts";
import { addressOf } from "../location.ts";
import { presets } from "../network/presets.ts";
import { formatCount, say } from "../text.ts";
import { Button, Choice, Notice, NumberField } from "../ui/controls.tsx";
import { bytes, shortCount } from "../ui/numbers.ts";
import { network } from "../workbench.ts";
import * as draft from "./draft.ts";
import { Editor } from "./Editor.tsx";
import { LayerTable } from "./LayerTable.tsx";
import { Program } from "./Program.tsx";
import { type LayerRow, rowsOf } from "./rows.ts";
import "./build.css";

const words = {
  title: { en: "Build", zh: "搭建" },
  lead: {
    en: "Write a network, or change its layers in the list: shapes, parameters and cost follow as you type.",
    zh: "写出一个网络，或在列表中修改各层：形状、参数和计算量随输入即时更新。",
  },
  preset: { en: "Begin with", zh: "从这里开始" },
  own: { en: "own network", zh: "自己的网络" },
  channels: { en: "Channels", zh: "通道" },
  height: { en: "Height", zh: "高" },
  width: { en: "Width", zh: "宽" },
  undo: { en: "Undo", zh: "撤销" },
  redo: { en: "Redo", zh: "重做" },
  train: { en: "Train this network", zh: "训练此网络" },
  input: { en: "One picture", zh: "一幅图像" },
  where: { en: "Line", zh: "第" },
};

export default function Page() {
  const text = draft.text.value;
  const inputShape = draft.inputShape.value;
  const { value, error, isPending } = useAnswer("describeNetwork", { text, inputShape });
  const lastRows = useRef<readonly LayerRow[]>([]);
  const rows = useMemo(() => rowsOf(text, value), [text, value]);
  if (rows !== null) lastRows.current = rows;
  const [channels, height, width] = inputShape;
  const problem = isPending ? null : (value?.problem ?? null);
  const setShape = (shape: readonly [number, number, number]): void =>
    draft.replace({ inputShape: shape });
  const names = [
    ...presets.map(({ name, title }) => ({ value: name, label: title })),
    ...(network.value.name === "own" ? [{ value: "own", label: say(words.own) }] : []),
  ];
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      <div class="controls">
        <Choice
          label={say(words.preset)}
          value={network.value.name}
          options={names}
          onChange={(name) => {
            const preset = presets.find((each) => each.name === name);
            if (preset !== undefined) draft.replace(preset);
          }}
        />
        <Button disabled={!draft.canUndo.value} onClick={draft.undo}>
          {say(words.undo)}
        </Button>
        <Button disabled={!draft.canRedo.value} onClick={draft.redo}>
          {say(words.redo)}
        </Button>
        <a class="button primary" href={addressOf("train")}>
          {say(words.train)}
        </a>
      </div>
      <fieldset class="controls shape-fields picture-row" aria-label={say(words.input)}>
        <NumberField
          label={say(words.channels)}
          value={channels}
          min={1}
          max={1024}
          step={1}
          onChange={(c) => setShape([c, height, width])}
        />
        <NumberField
          label={say(words.height)}
          value={height}
          min={1}
          max={4096}
          step={1}
          onChange={(h) => setShape([channels, h, width])}
        />
        <NumberField
          label={say(words.width)}
          value={width}
          min={1}
          max={4096}
          step={1}
          onChange={(w) => setShape([channels, height, w])}
        />
      </fieldset>
      <Editor problem={problem} problemId="network-problem" />
      <div id="network-problem" class="build-problem">
        {error !== null && <Notice kind="problem">{error.message}</Notice>}
        {problem !== null && (
          <Notice kind="problem">
            {say({
              en: `Line ${problem.line}, column ${problem.column}: ${problem.message}`,
              zh: `第 ${problem.line} 行，第 ${problem.column} 列：${problem.message}`,
            })}
          </Notice>
        )}
        {problem === null && value !== null && (
          <Notice>
            {say({
              en: `${formatCount.value(value.parameters)} parameters, ${shortCount(value.multiplyAdds)} multiply-adds for a picture, ${bytes(value.trainingBytes)} to train with a picture at a time.`,
              zh: `${formatCount.value(value.parameters)} 个参数，处理一幅图像需 ${shortCount(value.multiplyAdds)} 次乘加，逐幅训练需 ${bytes(value.trainingBytes)} 内存。`,
            })}
          </Notice>
        )}
      </div>
      <LayerTable rows={rows ?? lastRows.current} isOld={rows === null} />
      <Program />
    </>
  );
}
