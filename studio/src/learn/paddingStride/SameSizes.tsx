// Padding that keeps the size, for kernels of every size.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "Kernels of 1 to 7 rows", zh: "1 到 7 行的卷积核" },
  size: { en: "Input", zh: "输入" },
  kernel: { en: "Kernel", zh: "卷积核" },
  before: { en: "Rows on top", zh: "上方行数" },
  after: { en: "Rows below", zh: "下方行数" },
  output: { en: "Output", zh: "输出" },
};

export function SameSizes() {
  const size = countSetting("same", 8, 1, 32);
  const { value, error } = useAnswer("sameSizes", { size, most: 7 });
  const square = (n: number): string => `${n} × ${n}`;
  const kept = value?.filter(({ outSize }) => outSize === size).length ?? 0;
  const caption = say({
    en: `An input of ${square(size)} keeps its size with ${kept} of 7 kernels.`,
    zh: `7 种卷积核中有 ${kept} 种保持 ${square(size)} 输入的大小不变。`,
  });
  return (
    <Figure title={say(words.title)} caption={value === null ? "" : caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.size)}
          value={size}
          min={1}
          max={32}
          format={square}
          onChange={(same) => changeSettings({ same })}
        />
      </div>
      <Problem of={error} />
      {value !== null && (
        <div class="scroll">
          <table class="data" aria-label={say(words.title)}>
            <thead>
              <tr>
                <th scope="col">{say(words.kernel)}</th>
                <th scope="col">{say(words.before)}</th>
                <th scope="col">{say(words.after)}</th>
                <th scope="col">{say(words.output)}</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ kernelSize, before, after, outSize }) => (
                <tr key={kernelSize}>
                  <th scope="row">{square(kernelSize)}</th>
                  <td>{before}</td>
                  <td>{after}</td>
                  <td>{square(outSize)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Figure>
  );
}
