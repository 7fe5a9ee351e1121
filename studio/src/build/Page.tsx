// The page Build: a network as text and as a list, both ways in step, with what each layer makes and costs.
import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "../location.ts";
import { presets } from "../network/presets.ts";
import { say } from "../text.ts";
import { Button, Choice, NumberField } from "../ui/controls.tsx";
import { network } from "../workbench.ts";
import { useDescription } from "./description.ts";
import * as draft from "./draft.ts";
import { Editor } from "./Editor.tsx";
import { LayerTable } from "./LayerTable.tsx";
import { Program } from "./Program.tsx";
import { Status } from "./Status.tsx";
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
};

export default function Page() {
  const inputShape = draft.inputShape.value;
  const described = useDescription(draft.text.value, inputShape);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    document.addEventListener("keydown", undoByKeys);
    return () => document.removeEventListener("keydown", undoByKeys);
  }, []);
  const goToProblem = (): void => {
    const { problem } = described;
    if (problem === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(problem.start, problem.end);
  };
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      <Beginning />
      <div class="build-parts">
        <div>
          <Editor problem={described.problem} problemId="network-status" area={area} />
          <Status described={described} id="network-status" onGo={goToProblem} />
        </div>
        <LayerTable rows={described.rows} isOld={described.isOld} />
        <Program network={described.readable} inputShape={inputShape} />
      </div>
    </>
  );
}

/** The browser's own undoing ends where a list changes the text. */
function undoByKeys(event: KeyboardEvent): void {
  const key = event.key.toLowerCase();
  if (event.altKey || !(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) draft.redo();
  else draft.undo();
}

/** What the network begins with, what it sees, and the ways back and on. */
function Beginning() {
  const { name: chosen } = network.value;
  const [channels, height, width] = draft.inputShape.value;
  const setShape = (shape: readonly [number, number, number]): void =>
    draft.replace({ inputShape: shape });
  const names = [
    ...presets.map(({ name, title, inputShape: [, h, w] }) => ({
      value: name,
      label: `${title}, ${h} × ${w}`,
    })),
    ...(chosen === "own" ? [{ value: "own", label: say(words.own) }] : []),
  ];
  return (
    <>
      <div class="controls">
        <Choice
          label={say(words.preset)}
          value={chosen}
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
    </>
  );
}
