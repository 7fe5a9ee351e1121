// A window over a padded input, with the formula of the output's size filled in.
import { useState } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { problemOf } from "../../problem.ts";
import { say } from "../../text.ts";
import { Notice } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { numbersOf } from "./numbers.ts";
import { SlidingControls } from "./SlidingControls.tsx";
import { type SlidingSettings, slidingSettings } from "./slidingSettings.ts";

const words = {
  title: { en: "The size of the output", zh: "输出的大小" },
  padded: { en: "Input, padding dashed", zh: "输入（虚线为填充）" },
  kernel: { en: "Kernel", zh: "卷积核" },
  output: { en: "Output", zh: "输出" },
  rows: { en: "rows", zh: "行" },
  columns: { en: "columns", zh: "列" },
};

export function Sliding() {
  const settings = slidingSettings();
  const { kernelSize, padding, stride, dilation, size } = settings;
  const { input, kernel } = numbersOf(settings);
  const [pointed, point] = useState({ row: 0, column: 0 });
  const { value, error } = useAnswer("correlate", { input, kernel, padding, stride, dilation });
  const shown = error === null ? value : null;
  const row = Math.min(pointed.row, (shown?.length ?? 1) - 1);
  const column = Math.min(pointed.column, (shown?.[0]?.length ?? 1) - 1);
  const isTap = (at: number, axis: 0 | 1, place: number): boolean => {
    const from = at - place * stride[axis];
    return from >= 0 && from % dilation[axis] === 0 && from / dilation[axis] < kernelSize[axis];
  };
  const padded = Array.from({ length: size[0] + 2 * padding[0] }, (_, i) =>
    Array.from(
      { length: size[1] + 2 * padding[1] },
      (_, j) => input[i - padding[0]]?.[j - padding[1]] ?? 0,
    ),
  );
  const isOutside = (i: number, j: number): boolean =>
    input[i - padding[0]]?.[j - padding[1]] === undefined;
  const caption = shown === null ? "" : captionOf(settings, [shown.length, shown[0]?.length ?? 0]);
  return (
    <Figure title={say(words.title)} caption={caption}>
      <SlidingControls settings={settings} />
      <div class="formula whole-row">
        <code>⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1</code>
        {([0, 1] as const).map((axis) => (
          <span key={axis}>
            {say(axis === 0 ? words.rows : words.columns)}:{" "}
            <code>{formula(settings, axis, axis === 0 ? shown?.length : shown?.[0]?.length)}</code>
          </span>
        ))}
      </div>
      {error !== null && (
        <Notice kind="problem">
          {([0, 1] as const).map((axis) => tooLarge(settings, axis)).join("")}
          {"\n"}
          {say(problemOf(error))}
        </Notice>
      )}
      <div class="part">
        <span class="part-title">{say(words.padded)}</span>
        <div class="small-cells">
          <Matrix
            label={say(words.padded)}
            values={padded}
            faint={isOutside}
            mark={(i, j) => shown !== null && isTap(i, 0, row) && isTap(j, 1, column)}
          />
        </div>
      </div>
      <div class="part">
        <span class="part-title">{say(words.kernel)}</span>
        <div class="small-cells">
          <Matrix label={say(words.kernel)} values={kernel} />
        </div>
      </div>
      {shown !== null && (
        <div class="part">
          <span class="part-title">{say(words.output)}</span>
          <div class="small-cells">
            <Matrix
              label={say(words.output)}
              values={shown}
              mark={(i, j) => i === row && j === column}
              onPoint={(i, j) => point({ row: i, column: j })}
            />
          </div>
        </div>
      )}
    </Figure>
  );
}

/** The formula with its numbers; the result is the engine's, and a dash where there is none. */
function formula(settings: SlidingSettings, axis: 0 | 1, result: number | undefined): string {
  const { size, padding, dilation, kernelSize, stride } = settings;
  const [n, p, d, k, s] = [size, padding, dilation, kernelSize, stride].map((each) => each[axis]);
  return `⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${result ?? "–"}`;
}

/** How far the kernel reaches, how much there is, and how much of that no window covers. */
function extent({ size, padding, dilation, kernelSize, stride }: SlidingSettings, axis: 0 | 1) {
  const reach = dilation[axis] * (kernelSize[axis] - 1) + 1;
  const all = size[axis] + 2 * padding[axis];
  return { reach, all, left: (all - reach) % stride[axis] };
}

function captionOf(settings: SlidingSettings, [height, width]: readonly [number, number]): string {
  const [rows, columns] = [extent(settings, 0).left, extent(settings, 1).left];
  const size = say({
    en: `The output is ${height} × ${width}.`,
    zh: `输出为 ${height} × ${width}。`,
  });
  if (rows + columns === 0) return size;
  return (
    size +
    say({
      en: ` At the end, ${rows} rows and ${columns} columns remain that no window reaches.`,
      zh: `末尾有 ${rows} 行、${columns} 列没有任何窗口覆盖。`,
    })
  );
}

function tooLarge(settings: SlidingSettings, axis: 0 | 1): string {
  const { reach, all } = extent(settings, axis);
  if (reach <= all) return "";
  return axis === 0
    ? say({
        en: `The kernel reaches over ${reach} rows, but the input with its padding has ${all}: use less dilation, a smaller kernel, or more padding. `,
        zh: `卷积核覆盖 ${reach} 行，而填充后的输入只有 ${all} 行：请减小扩张或卷积核，或增加填充。`,
      })
    : say({
        en: `The kernel reaches over ${reach} columns, but the input with its padding has ${all}: use less dilation, a smaller kernel, or more padding. `,
        zh: `卷积核覆盖 ${reach} 列，而填充后的输入只有 ${all} 列：请减小扩张或卷积核，或增加填充。`,
      });
}
