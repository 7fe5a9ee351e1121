// One unit: what it sees of the picture, and how its number comes about.
import type { ProbeLook, ProbeUnit } from "../engine/probe/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { changeSettings } from "../location.ts";
import { say } from "../text.ts";
import { Choice, Slider } from "../ui/controls.tsx";
import { Figure } from "../ui/Figure.tsx";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { Arithmetic } from "./Arithmetic.tsx";
import { num, placeText } from "./numbers.ts";
import { chosenUnit, unitSettings } from "./store.ts";

const words = {
  title: { en: "One unit", zh: "一个单元" },
  layer: { en: "Layer", zh: "层" },
  channel: { en: "Channel", zh: "通道" },
  feature: { en: "Feature", zh: "特征" },
  row: { en: "Row", zh: "行" },
  column: { en: "Column", zh: "列" },
  sees: { en: "What it sees", zh: "它看到的区域" },
  whole: { en: "It depends on the whole picture.", zh: "它取决于整幅图像。" },
};

export function Unit({ look }: { readonly look: ProbeLook }) {
  const chosen = chosenUnit(look);
  const { value, error } = useAnswer(
    "probeUnit",
    chosen === null ? null : { look: look.look, layer: chosen.layer, unit: chosen.unit },
  );
  if (chosen === null) return null;
  const { info, unit } = chosen;
  const axes = unit.length === 1 ? [words.feature] : [words.channel, words.row, words.column];
  return (
    <Figure
      title={say(words.title)}
      // The layer that was asked for when this was answered: another one may be chosen by now.
      caption={value === null ? "" : captionOf(value, look, look.layers[value.layer]?.text ?? "")}
    >
      <div class="controls whole-row">
        <Choice
          label={say(words.layer)}
          value={info.path}
          options={look.layers.map(({ path, text }) => ({ value: path, label: `${path} ${text}` }))}
          onChange={(path) => changeSettings({ layer: path, unit: null })}
        />
        {unit.map((place, axis) => (
          <Slider
            key={axis}
            label={say(axes[axis] ?? words.column)}
            value={place + 1}
            min={1}
            max={info.shape[axis] ?? 1}
            onChange={(to) =>
              changeSettings(
                unitSettings(
                  info.path,
                  unit.map((own, i) => (i === axis ? to - 1 : own)),
                ),
              )
            }
          />
        ))}
      </div>
      <Problem of={error} />
      {value !== null && (
        <>
          <div class="part">
            <span class="part-title">{say(words.sees)}</span>
            <Seen look={look} unit={value} />
          </div>
          <Arithmetic arithmetic={value.arithmetic} value={value.value} />
        </>
      )}
    </Figure>
  );
}

/** The picture with the receptive field marked; the part of it that lies in the picture. */
function Seen({ look, unit }: { readonly look: ProbeLook; readonly unit: ProbeUnit }) {
  const [, height, width] = look.imageShape;
  const box = insideOf(unit, height, width);
  return (
    <div class="overlaid">
      <PixelPicture
        label={say(words.sees)}
        pixels={look.pixels}
        shape={look.imageShape}
        size={200}
      />
      {box !== null && (
        <div
          class="heatmap-box"
          style={{
            left: `${(100 * box.x) / width}%`,
            top: `${(100 * box.y) / height}%`,
            width: `${(100 * box.width) / width}%`,
            height: `${(100 * box.height) / height}%`,
          }}
        />
      )}
    </div>
  );
}

function insideOf({ field }: ProbeUnit, height: number, width: number) {
  if (field === null) return null;
  const [x, y] = [Math.max(0, field.x), Math.max(0, field.y)];
  const right = Math.min(width, field.x + field.width);
  const bottom = Math.min(height, field.y + field.height);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

function captionOf(unit: ProbeUnit, { imageShape }: ProbeLook, text: string): string {
  const [, height, width] = imageShape;
  const box = insideOf(unit, height, width);
  const said = say({
    en: `Unit ${placeText(unit.unit)} of ${text} is ${num(unit.value)}. `,
    zh: `${text} 的单元 ${placeText(unit.unit)} 为 ${num(unit.value)}。`,
  });
  if (box === null || (box.width === width && box.height === height))
    return said + say(words.whole);
  return (
    said +
    say({
      en: `It sees rows ${box.y + 1} … ${box.y + box.height} and columns ${box.x + 1} … ${box.x + box.width} of the picture.`,
      zh: `它看到图像的第 ${box.y + 1} … ${box.y + box.height} 行、第 ${box.x + 1} … ${box.x + box.width} 列。`,
    })
  );
}
