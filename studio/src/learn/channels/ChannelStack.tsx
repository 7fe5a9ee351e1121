// Two input channels, a kernel slice for each, what each adds, and the sums: all to edit.
import { useState } from "preact/hooks";
import type { Map2d } from "../../engine/maps.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { replaced, shortNumber } from "../replaced.ts";

const words = {
  title: { en: "Channels are summed", zh: "各通道的结果相加" },
  channel: { en: "Input channel", zh: "输入通道" },
  kernel: { en: "Kernel slice", zh: "卷积核切片" },
  share: { en: "Its share", zh: "它的贡献" },
  output: { en: "Output channel", zh: "输出通道" },
  outputs: { en: "Output channels", zh: "输出通道数" },
  slice: { en: "of output", zh: "输出" },
  hint: {
    en: "Point at a number of an output, or edit any other.",
    zh: "指向某个输出中的一个数，或编辑其他任何数。",
  },
};

const first = {
  inputs: [
    [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ],
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  ],
  kernel: [
    [
      [0, 1],
      [2, 3],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ],
};

/** The kernel of an output channel at first: the first one plus the channel's number. */
function firstKernel(output: number): Map2d[] {
  return first.kernel.map((slice) => slice.map((line) => line.map((tap) => tap + output)));
}

interface Pointed {
  readonly output: number;
  readonly row: number;
  readonly column: number;
}

export function ChannelStack() {
  const [inputs, setInputs] = useState<readonly Map2d[]>(first.inputs);
  const [kernels, setKernels] = useState<readonly (readonly Map2d[])[]>(() =>
    [0, 1, 2].map(firstKernel),
  );
  const [pointed, point] = useState<Pointed>({ output: 0, row: 0, column: 0 });
  const count = countSetting("outputs", 3, 1, 3);
  const output = Math.min(pointed.output, count - 1);
  const { row, column } = pointed;
  const { value, error } = useAnswer("multiChannel", { inputs, kernels: kernels.slice(0, count) });
  const own = kernels[output] as readonly Map2d[];
  const shares = value?.shares[output];
  const sum = value?.outputs[output]?.[row]?.[column];
  const terms = shares?.map((share) => shortNumber(share[row]?.[column] ?? 0)).join(" + ");
  const place = say({
    en: `Output channel ${output + 1}, row ${row + 1}, column ${column + 1}: `,
    zh: `输出通道 ${output + 1}，第 ${row + 1} 行，第 ${column + 1} 列：`,
  });
  const isUnder = (i: number, j: number): boolean =>
    i >= row && j >= column && i < row + 2 && j < column + 2;
  const isPointed = (i: number, j: number): boolean => i === row && j === column;
  const editInput = (channel: number, i: number, j: number, changed: number): void =>
    setInputs(inputs.map((map, c) => (c === channel ? replaced(map, i, j, changed) : map)));
  const editTap = (channel: number, i: number, j: number, changed: number): void =>
    setKernels(
      kernels.map((kernel, o) =>
        o === output
          ? kernel.map((map, c) => (c === channel ? replaced(map, i, j, changed) : map))
          : kernel,
      ),
    );
  return (
    <Figure
      title={say(words.title)}
      caption={sum === undefined ? say(words.hint) : `${place}${terms} = ${shortNumber(sum)}`}
    >
      <div class="stack-rows">
        {inputs.map((map, channel) => (
          <div class="stack-row" key={channel}>
            <div class="part">
              <span class="part-title">{`${say(words.channel)} ${channel + 1}`}</span>
              <Matrix
                label={`${say(words.channel)} ${channel + 1}`}
                values={map}
                mark={isUnder}
                onEdit={(i, j, changed) => editInput(channel, i, j, changed)}
              />
            </div>
            <div class="part">
              <span class="part-title">{say(words.kernel)}</span>
              <Matrix
                label={`${say(words.kernel)} ${channel + 1}, ${say(words.slice)} ${output + 1}`}
                values={own[channel] as Map2d}
                onEdit={(i, j, changed) => editTap(channel, i, j, changed)}
              />
            </div>
            <div class="part">
              <span class="part-title">{say(words.share)}</span>
              {shares !== undefined && (
                <Matrix
                  label={`${say(words.share)} ${channel + 1}`}
                  values={shares[channel] as Map2d}
                  mark={isPointed}
                />
              )}
            </div>
          </div>
        ))}
      </div>
      <div class="part">
        <Slider
          label={say(words.outputs)}
          value={count}
          min={1}
          max={3}
          onChange={(outputs) => changeSettings({ outputs })}
        />
        <div class="stack-outputs">
          {value?.outputs.map((map, o) => (
            <div class="part" key={o}>
              <span class="part-title">{`${say(words.output)} ${o + 1}`}</span>
              <Matrix
                label={`${say(words.output)} ${o + 1}`}
                values={map}
                mark={(i, j) => o === output && isPointed(i, j)}
                onPoint={(i, j) => point({ output: o, row: i, column: j })}
              />
            </div>
          ))}
        </div>
        <Problem of={error} />
      </div>
    </Figure>
  );
}
