// What four narrow paths spare, in numbers.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { formatCount, say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "An Inception block beside one convolution", zh: "Inception 块与单个卷积" },
  at: { en: "Block of GoogLeNet", zh: "GoogLeNet 的第几个块" },
  what: { en: "Layer", zh: "层" },
  block: { en: "Inception block", zh: "Inception 块" },
  parameters: { en: "Parameters", zh: "参数" },
  multiplyAdds: { en: "Multiply-adds", zh: "乘加次数" },
};

export function Inception() {
  const at = countSetting("inception", 1, 1, 9);
  const { value, error } = useAnswer("inceptionCost", { at: at - 1 });
  const count = formatCount.value;
  const single = ({ kernelSize }: { readonly kernelSize: number }): string =>
    say({
      en: `one ${kernelSize} × ${kernelSize} convolution`,
      zh: `一个 ${kernelSize} × ${kernelSize} 卷积`,
    });
  const rows =
    value === null
      ? []
      : [
          { name: say(words.block), ...value.block },
          ...value.single.map((cost) => ({ name: single(cost), ...cost })),
        ];
  const [, three, five] = value?.single ?? [];
  const times = (whole: number, part: number): string => (whole / part).toFixed(1);
  const caption =
    value === null || three === undefined || five === undefined
      ? ""
      : say({
          en: `From ${value.inputShape.join(" × ")} to ${value.outputShape.join(" × ")}: the block has windows of 1, 3 and 5, and yet one 3 × 3 convolution takes ${times(three.parameters, value.block.parameters)} times as many parameters, one 5 × 5 convolution ${times(five.parameters, value.block.parameters)} times as many. The 1 × 1 convolutions before the larger windows leave them few channels to look at.`,
          zh: `从 ${value.inputShape.join(" × ")} 到 ${value.outputShape.join(" × ")}：块中有 1、3、5 三种窗口，而单个 3 × 3 卷积的参数是它的 ${times(three.parameters, value.block.parameters)} 倍，单个 5 × 5 卷积是它的 ${times(five.parameters, value.block.parameters)} 倍。大窗口之前的 1 × 1 卷积让它们只需看很少的通道。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.at)}
          value={at}
          min={1}
          max={9}
          onChange={(next) => changeSettings({ inception: next })}
        />
      </div>
      <Problem of={error} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables are scrolled by keys */}
      <section class="scroll whole-row" tabIndex={0} aria-label={say(words.title)}>
        <table class="data" aria-label={say(words.title)}>
          <thead>
            <tr>
              <th scope="col">{say(words.what)}</th>
              <th scope="col">{say(words.parameters)}</th>
              <th scope="col">{say(words.multiplyAdds)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, parameters, multiplyAdds }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{count(parameters)}</td>
                <td>{count(multiplyAdds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Figure>
  );
}
