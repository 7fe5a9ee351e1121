// A stack of layers to edit: point at a unit, and see what it depends on in every level below.
import { useState } from "preact/hooks";
import type { Field } from "../../engine/handlers/receptiveFields.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Notice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { Level, levelName } from "./Level.tsx";
import { StackEditor } from "./StackEditor.tsx";
import { StackTable } from "./StackTable.tsx";
import { layersOf, textOf } from "./stackText.ts";

const words = {
  title: { en: "What a unit sees", zh: "一个单元看到什么" },
  size: { en: "Input", zh: "输入" },
  level: { en: "Unit in layer", zh: "单元所在层" },
  row: { en: "Row", zh: "行" },
  column: { en: "Column", zh: "列" },
  broken: {
    en: "The address holds a stack that cannot be read; the first one is shown instead.",
    zh: "地址中的层无法识别，显示默认的层。",
  },
};

const initial = "c2s1d1p0-c2s1d1p0";

export function StackField() {
  const text = setting("layers", initial);
  const read = layersOf(text);
  const layers = read ?? layersOf(initial) ?? [];
  const size = countSetting("size", 12, 2, 32);
  const [pointed, point] = useState({ level: 99, row: 0, column: 0 });
  const { value, error } = useAnswer("stackFields", { size, layers });
  const shown = error === null ? value : null;
  const top = shown === null ? 0 : shown.sizes.length - 1;
  const level = Math.max(1, Math.min(pointed.level, top));
  const units = shown?.sizes[level] ?? 1;
  const row = Math.min(pointed.row, units - 1);
  const column = Math.min(pointed.column, units - 1);
  const below = shown?.fields[level - 1];
  const seen = below?.[0];
  const caption =
    seen === undefined
      ? ""
      : say({
          en: `The unit in row ${row + 1}, column ${column + 1} of layer ${level} sees ${seen.size.join(" × ")} of the ${size} × ${size} input: ${spanOf(seen, 0, row)} down, ${spanOf(seen, 1, column)} across.`,
          zh: `第 ${level} 层第 ${row + 1} 行第 ${column + 1} 列的单元看到 ${size} × ${size} 输入中的 ${seen.size.join(" × ")}：行 ${spanOf(seen, 0, row)}，列 ${spanOf(seen, 1, column)}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      {read === null && <Notice kind="problem">{say(words.broken)}</Notice>}
      <StackEditor
        layers={layers}
        onChange={(changed) => changeSettings({ layers: textOf(changed) })}
      />
      <div class="controls whole-row">
        <Slider
          label={say(words.size)}
          value={size}
          min={2}
          max={32}
          format={(n) => `${n} × ${n}`}
          onChange={(n) => changeSettings({ size: n })}
        />
        <Slider
          label={say(words.level)}
          value={level}
          min={1}
          max={Math.max(1, top)}
          onChange={(n) => point({ level: n, row, column })}
        />
        <Slider
          label={say(words.row)}
          value={row + 1}
          min={1}
          max={units}
          onChange={(n) => point({ level, row: n - 1, column })}
        />
        <Slider
          label={say(words.column)}
          value={column + 1}
          min={1}
          max={units}
          onChange={(n) => point({ level, row, column: n - 1 })}
        />
      </div>
      <Problem of={error} />
      {shown?.sizes.map((side, at) => (
        <Level
          key={at}
          name={levelName(at)}
          side={side}
          inputSide={size}
          field={at === level ? one : at < level ? below?.[at] : undefined}
          unit={[row, column]}
          {...(at === 0
            ? {}
            : { onPoint: (x: number, y: number) => point({ level: at, row: y, column: x }) })}
        />
      ))}
      {shown !== null && <StackTable fields={shown} />}
    </Figure>
  );
}

/** A unit sees itself. */
const one: Field = { size: [1, 1], stride: [1, 1], offset: [0, 0] };

/** First to last row or column, counted from 1; those below 1 lie in the padding. */
function spanOf({ size, stride, offset }: Field, axis: 0 | 1, unit: number): string {
  const start = unit * stride[axis] + offset[axis];
  return `${start + 1} … ${start + size[axis]}`.replaceAll("-", "−");
}
