// The window that slides: input and kernel to edit, the products under the window, and the output.
import { useState } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { say } from "../../text.ts";
import { Notice, Toggle } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Matrix } from "../../ui/Matrix.tsx";

const words = {
  title: { en: "A window slides over the input", zh: "窗口在输入上滑动" },
  input: { en: "Input", zh: "输入" },
  kernel: { en: "Kernel", zh: "卷积核" },
  output: { en: "Output", zh: "输出" },
  strict: { en: "strict convolution: flip the kernel", zh: "严格卷积：翻转卷积核" },
  hint: {
    en: "Point at a number of the output, or edit any other.",
    zh: "指向输出中的一个数，或编辑其他任何数。",
  },
};

const first = {
  input: [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ],
  kernel: [
    [0, 1],
    [2, 3],
  ],
};

export function Stepper() {
  const [input, setInput] = useState(first.input);
  const [kernel, setKernel] = useState(first.kernel);
  const [isStrict, setStrict] = useState(false);
  const [[row, column], point] = useState<readonly [number, number]>([0, 0]);
  const { value, error } = useAnswer("correlate", { input, kernel, isStrict });
  const taps = isStrict ? kernel.map((line) => line.toReversed()).toReversed() : kernel;
  const products = taps.flatMap((line, u) =>
    line.map((tap, v) => ({ x: input[row + u]?.[column + v] ?? 0, tap })),
  );
  const sum = value?.[row]?.[column];
  const isUnder = (i: number, j: number): boolean =>
    i >= row && j >= column && i < row + kernel.length && j < column + (kernel[0]?.length ?? 0);
  const terms = products.map(({ x, tap }) => `${x}·${tap}`).join(" + ");
  return (
    <Figure
      title={say(words.title)}
      caption={sum === undefined ? say(words.hint) : `${terms} = ${sum}`}
    >
      <div class="part">
        <span class="part-title">{say(words.input)}</span>
        <Matrix
          label={say(words.input)}
          values={input}
          mark={isUnder}
          onEdit={(i, j, changed) => setInput(replaced(input, i, j, changed))}
        />
      </div>
      <div class="part">
        <span class="part-title">{say(words.kernel)}</span>
        <Matrix
          label={say(words.kernel)}
          values={kernel}
          onEdit={(i, j, changed) => setKernel(replaced(kernel, i, j, changed))}
        />
        <Toggle label={say(words.strict)} checked={isStrict} onChange={setStrict} />
      </div>
      <div class="part">
        <span class="part-title">{say(words.output)}</span>
        {value !== null && (
          <Matrix
            label={say(words.output)}
            values={value}
            mark={(i, j) => i === row && j === column}
            onPoint={(i, j) => point([i, j])}
          />
        )}
        {error !== null && <Notice kind="problem">{error.message}</Notice>}
      </div>
    </Figure>
  );
}

/** The matrix with one number changed. */
function replaced(
  matrix: readonly (readonly number[])[],
  row: number,
  column: number,
  value: number,
): number[][] {
  return matrix.map((line, i) => line.map((old, j) => (i === row && j === column ? value : old)));
}
