// The window that slides: input and kernel to edit, the products under the window, and the output.
import { useRef, useState } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Button, Choice, Toggle } from "../../ui/controls.tsx";
import { DragCells } from "../../ui/DragCells.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { useRepeat } from "../../ui/useRepeat.ts";
import { replaced, shortNumber } from "../replaced.ts";

const words = {
  title: { en: "A window slides over the input", zh: "窗口在输入上滑动" },
  input: { en: "Input", zh: "输入" },
  kernel: { en: "Kernel", zh: "卷积核" },
  output: { en: "Output", zh: "输出" },
  strict: { en: "Strict convolution", zh: "严格卷积" },
  showStrict: { en: "strict convolution: flip the kernel", zh: "严格卷积：翻转卷积核" },
  play: { en: "Play", zh: "播放" },
  pause: { en: "Pause", zh: "暂停" },
  back: { en: "One back", zh: "后退一步" },
  on: { en: "One on", zh: "前进一步" },
  hint: {
    en: "Drag the window over the input, point at a number of the output, or edit any other.",
    zh: "在输入上拖动窗口，指向输出中的一个数，或编辑其他任何数。",
  },
};

const kernelSizes = ["1x1", "1x2", "2x1", "2x2", "2x3", "3x2", "3x3", "4x4"];

/** 0, 1, 2, … in rows. */
function counted(height: number, width: number): number[][] {
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => i * width + j),
  );
}

/** Numbers that are edited; another size begins anew. */
function useMatrix(height: number, width: number) {
  const [edited, setEdited] = useState<number[][] | null>(null);
  const isCurrent = edited?.length === height && edited[0]?.length === width;
  return [isCurrent ? edited : counted(height, width), setEdited] as const;
}

export function Stepper() {
  const size = countSetting("size", 3, 2, 7);
  const asked = setting("kernel", "2x2");
  const shape = kernelSizes.includes(asked) ? asked : "2x2";
  const [kernelHeight, kernelWidth] = shape.split("x").map(Number) as [number, number];
  const isStrict = setting("strict", "no") === "yes";
  const [input, setInput] = useMatrix(size, size);
  const [kernel, setKernel] = useMatrix(kernelHeight, kernelWidth);
  const [pointed, point] = useState({ row: 0, column: 0 });
  const [isPlaying, setPlaying] = useState(false);
  const grab = useRef({ row: 0, column: 0 });
  const answer = useAnswer("correlate", { input, kernel });
  const strict = useAnswer("correlate", isStrict ? { input, kernel, isStrict } : null);
  const value = answer.error === null ? answer.value : null;
  const [height, width] = [value?.length ?? 1, value?.[0]?.length ?? 1];
  const row = Math.min(pointed.row, height - 1);
  const column = Math.min(pointed.column, width - 1);
  const move = (to: { row: number; column: number }): void =>
    point({
      row: Math.max(0, Math.min(height - 1, to.row)),
      column: Math.max(0, Math.min(width - 1, to.column)),
    });
  const step = (by: number): void => {
    const at = (row * width + column + by + height * width) % (height * width);
    point({ row: Math.floor(at / width), column: at % width });
  };
  useRepeat(isPlaying, 700, () => step(1));
  const isUnder = (i: number, j: number): boolean =>
    i >= row && j >= column && i < row + kernelHeight && j < column + kernelWidth;
  const drag = (i: number, j: number, isStart: boolean): void => {
    // A window that is not grabbed inside comes to the pointer by its middle.
    if (isStart)
      grab.current = isUnder(i, j)
        ? { row: i - row, column: j - column }
        : { row: (kernelHeight - 1) >> 1, column: (kernelWidth - 1) >> 1 };
    move({ row: i - grab.current.row, column: j - grab.current.column });
  };
  const shown = isStrict && strict.error === null ? strict.value : null;
  const terms = (taps: readonly (readonly number[])[]): string =>
    taps
      .flatMap((line, u) =>
        line.map((tap, v) => `${shortNumber(input[row + u]?.[column + v] ?? 0)}·${bracketed(tap)}`),
      )
      .join(" + ");
  const sum = value?.[row]?.[column];
  const flipped = kernel.map((line) => line.toReversed()).toReversed();
  const strictSum = shown?.[row]?.[column];
  const caption =
    sum === undefined
      ? say(words.hint)
      : `${terms(kernel)} = ${shortNumber(sum)}${
          strictSum === undefined
            ? ""
            : `; ${say(words.strict)}: ${terms(flipped)} = ${shortNumber(strictSum)}`
        }`;
  const output = (title: string, values: readonly (readonly number[])[]) => (
    <div class="part">
      <span class="part-title">{title}</span>
      <Matrix
        label={title}
        values={values}
        mark={(i, j) => i === row && j === column}
        onPoint={(i, j) => point({ row: i, column: j })}
      />
    </div>
  );
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice
          label={say(words.input)}
          value={String(size)}
          options={[2, 3, 4, 5, 6, 7].map((n) => ({ value: String(n), label: `${n} × ${n}` }))}
          onChange={(chosen) => changeSettings({ size: chosen })}
        />
        <Choice
          label={say(words.kernel)}
          value={shape}
          options={kernelSizes.map((each) => ({ value: each, label: each.replace("x", " × ") }))}
          onChange={(chosen) => changeSettings({ kernel: chosen })}
        />
        <Button label={say(words.back)} disabled={value === null} onClick={() => step(-1)}>
          ←
        </Button>
        <Button disabled={value === null} onClick={() => setPlaying(!isPlaying)}>
          {say(isPlaying ? words.pause : words.play)}
        </Button>
        <Button label={say(words.on)} disabled={value === null} onClick={() => step(1)}>
          →
        </Button>
        <Toggle
          label={say(words.showStrict)}
          checked={isStrict}
          onChange={(checked) => changeSettings({ strict: checked ? "yes" : "no" })}
        />
      </div>
      <div class="part">
        <span class="part-title">{say(words.input)}</span>
        <DragCells onDrag={drag}>
          <Matrix
            label={say(words.input)}
            values={input}
            mark={(i, j) => value !== null && isUnder(i, j)}
            onEdit={(i, j, changed) => setInput(replaced(input, i, j, changed))}
          />
        </DragCells>
      </div>
      <div class="part">
        <span class="part-title">{say(words.kernel)}</span>
        <Matrix
          label={say(words.kernel)}
          values={kernel}
          onEdit={(i, j, changed) => setKernel(replaced(kernel, i, j, changed))}
        />
      </div>
      {value !== null && output(say(words.output), value)}
      {shown !== null && output(say(words.strict), shown)}
      <Problem of={answer.error} />
      <p class="part-title whole-row">{say(words.hint)}</p>
    </Figure>
  );
}

function bracketed(value: number): string {
  return value < 0 ? `(${shortNumber(value)})` : shortNumber(value);
}
