// A pooling window that slides, over one or two channels.
import { useState } from "preact/hooks";
import type { Map2d } from "../../engine/maps.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { replaced, shortNumber } from "../replaced.ts";
import { PoolControls } from "./PoolControls.tsx";
import { poolSettings } from "./poolSettings.ts";

const words = {
  title: { en: "A pooling window", zh: "汇聚窗口" },
  input: { en: "Input", zh: "输入" },
  output: { en: "Output", zh: "输出" },
  channel: { en: "channel", zh: "通道" },
  max: { en: "maximum of ", zh: "最大值：" },
  avg: { en: "mean of ", zh: "平均值：" },
  outsideMax: {
    en: "positions in the padding, which never win",
    zh: "个填充位置（不参与取最大值）",
  },
  outsideAvg: { en: "positions in the padding, which count as 0", zh: "个填充位置（按 0 计算）" },
  hint: {
    en: "Point at a number of the output, or edit the input.",
    zh: "指向输出中的一个数，或编辑输入。",
  },
};

/** 0, 1, 2, …; the second channel is larger by one. */
function counted(size: number, more: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => i * size + j + more),
  );
}

export function PoolStepper() {
  const settings = poolSettings();
  const { size, channels, kind, kernelSize, stride, padding } = settings;
  // Edits belong to one size of the input: another size begins anew.
  const [edited, setEdited] = useState<{ readonly size: number; readonly maps: readonly Map2d[] }>({
    size: 0,
    maps: [],
  });
  const all = edited.size === size ? edited.maps : [counted(size, 0), counted(size, 1)];
  const inputs = all.slice(0, channels);
  const [pointed, point] = useState({ channel: 0, row: 0, column: 0 });
  const { value, error } = useAnswer("pool", { inputs, kind, kernelSize, stride, padding });
  const shown = error === null ? value : null;
  const channel = Math.min(pointed.channel, channels - 1);
  const row = Math.min(pointed.row, (shown?.[channel]?.length ?? 1) - 1);
  const column = Math.min(pointed.column, (shown?.[channel]?.[0]?.length ?? 1) - 1);
  const [top, left] = [row * stride[0] - padding[0], column * stride[1] - padding[1]];
  const isUnder = (i: number, j: number): boolean =>
    i >= top && j >= left && i < top + kernelSize[0] && j < left + kernelSize[1];
  const under = (inputs[channel] ?? []).flatMap((line, i) => line.filter((_, j) => isUnder(i, j)));
  const outside = kernelSize[0] * kernelSize[1] - under.length;
  const result = shown?.[channel]?.[row]?.[column];
  const list = under.map(shortNumber).join(", ");
  const note = say(kind === "max" ? words.outsideMax : words.outsideAvg);
  const padded = outside > 0 ? ` (+ ${outside} ${note})` : "";
  const caption =
    result === undefined
      ? say(words.hint)
      : `${say(words[kind])}${list}${padded} = ${shortNumber(result)}`;
  const named = (what: string, c: number): string =>
    channels === 1 ? what : `${what}, ${say(words.channel)} ${c + 1}`;
  const [padRows, padColumns] = padding;
  return (
    <Figure title={say(words.title)} caption={caption}>
      <PoolControls settings={settings} />
      {inputs.map((map, c) => (
        <div class="part" key={`in${c}`}>
          <span class="part-title">{named(say(words.input), c)}</span>
          <div
            class={padRows + padColumns > 0 ? "padded" : ""}
            style={{ "--pad-rows": String(padRows), "--pad-columns": String(padColumns) }}
          >
            <Matrix
              label={named(say(words.input), c)}
              values={map}
              mark={(i, j) => shown !== null && c === channel && isUnder(i, j)}
              onEdit={(i, j, changed) =>
                setEdited({
                  size,
                  maps: all.map((old, k) => (k === c ? replaced(old, i, j, changed) : old)),
                })
              }
            />
          </div>
        </div>
      ))}
      {shown?.map((map, c) => (
        <div class="part" key={`out${c}`}>
          <span class="part-title">{named(say(words.output), c)}</span>
          <Matrix
            label={named(say(words.output), c)}
            values={map}
            mark={(i, j) => c === channel && i === row && j === column}
            onPoint={(i, j) => point({ channel: c, row: i, column: j })}
          />
        </div>
      ))}
      <Problem of={error} />
    </Figure>
  );
}
