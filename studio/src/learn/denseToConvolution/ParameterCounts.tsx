// Weights of a dense layer and of a convolution on the same picture.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { formatCount, say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "Weights of two layers", zh: "两种层的权重个数" },
  size: { en: "Picture", zh: "图像" },
  channels: { en: "Input channels", zh: "输入通道数" },
  units: { en: "Units of the dense layer", zh: "全连接层的单元数" },
  outChannels: { en: "Output channels of the convolution", zh: "卷积层的输出通道数" },
  kernel: { en: "Kernel", zh: "卷积核" },
  layer: { en: "Layer", zh: "层" },
  product: { en: "Inputs × outputs", zh: "输入 × 输出" },
  weights: { en: "Weights", zh: "权重个数" },
  dense: { en: "dense", zh: "全连接层" },
  convolution: { en: "convolution", zh: "卷积层" },
};

export function ParameterCounts() {
  const size = countSetting("n", 1000, 1, 2000);
  const channels = countSetting("ci", 1, 1, 64);
  const units = countSetting("units", 1000, 1, 4000);
  const outChannels = countSetting("co", 1, 1, 256);
  const kernelSize = countSetting("k", 5, 1, 15);
  const asked = { size, channels, units, outChannels, kernelSize };
  const { value, error } = useAnswer("parameterCounts", asked);
  const count = formatCount.value;
  const square = (n: number): string => `${count(n)} × ${count(n)}`;
  const times = value && count(Math.round(value.dense / value.convolution));
  const caption =
    value === null
      ? ""
      : say({
          en: `The dense layer has ${count(value.dense)} weights, the convolution ${count(value.convolution)}: ${times} to one.`,
          zh: `全连接层有 ${count(value.dense)} 个权重，卷积层有 ${count(value.convolution)} 个：比例约为 ${times} 比 1。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.size)}
          value={size}
          min={10}
          max={2000}
          step={10}
          format={square}
          onChange={(n) => changeSettings({ n })}
        />
        <Slider
          label={say(words.channels)}
          value={channels}
          min={1}
          max={64}
          onChange={(ci) => changeSettings({ ci })}
        />
        <Slider
          label={say(words.units)}
          value={units}
          min={10}
          max={4000}
          step={10}
          format={count}
          onChange={(chosen) => changeSettings({ units: chosen })}
        />
        <Slider
          label={say(words.outChannels)}
          value={outChannels}
          min={1}
          max={256}
          onChange={(co) => changeSettings({ co })}
        />
        <Slider
          label={say(words.kernel)}
          value={kernelSize}
          min={1}
          max={15}
          format={square}
          onChange={(k) => changeSettings({ k })}
        />
      </div>
      <Problem of={error} />
      {value !== null && (
        <div class="scroll">
          <table class="data counts">
            <thead>
              <tr>
                <th scope="col">{say(words.layer)}</th>
                <th scope="col">{say(words.product)}</th>
                <th scope="col">{say(words.weights)}</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">{say(words.dense)}</th>
                <td>
                  ({square(size)} × {channels}) × {count(units)}
                </td>
                <td>{count(value.dense)}</td>
              </tr>
              <tr>
                <th scope="row">{say(words.convolution)}</th>
                <td>
                  ({square(kernelSize)} × {channels}) × {outChannels}
                </td>
                <td>{count(value.convolution)}</td>
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </Figure>
  );
}
