// How many numbers a convolution layer learns.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { formatCount, say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "Weights and biases", zh: "权重与偏置" },
  inChannels: { en: "Input channels", zh: "输入通道数" },
  outChannels: { en: "Output channels", zh: "输出通道数" },
  kernel: { en: "Kernel size", zh: "卷积核大小" },
  weights: { en: "Weights", zh: "权重" },
  biases: { en: "Biases", zh: "偏置" },
  shape: { en: "Shape", zh: "形状" },
  count: { en: "Count", zh: "个数" },
  total: { en: "Together", zh: "合计" },
  what: { en: "Learned", zh: "学习的参数" },
};

export function LayerCount() {
  const inChannels = countSetting("ci", 3, 1, 64);
  const outChannels = countSetting("co", 8, 1, 64);
  const kernelSize = countSetting("k", 3, 1, 7);
  const { value, error } = useAnswer("layerParameters", { inChannels, outChannels, kernelSize });
  const weights = product(value?.weight ?? [0]);
  const biases = product(value?.bias ?? [0]);
  const count = formatCount.value;
  const caption =
    value === null
      ? ""
      : `${value.weight.join(" × ")} + ${value.bias.join(" × ")} = ${count(weights + biases)}`;
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.inChannels)}
          value={inChannels}
          min={1}
          max={64}
          onChange={(ci) => changeSettings({ ci })}
        />
        <Slider
          label={say(words.outChannels)}
          value={outChannels}
          min={1}
          max={64}
          onChange={(co) => changeSettings({ co })}
        />
        <Slider
          label={say(words.kernel)}
          value={kernelSize}
          min={1}
          max={7}
          format={(k) => `${k} × ${k}`}
          onChange={(k) => changeSettings({ k })}
        />
      </div>
      <Problem of={error} />
      {value !== null && (
        <table class="data">
          <thead>
            <tr>
              <th scope="col">{say(words.what)}</th>
              <th scope="col">{say(words.shape)}</th>
              <th scope="col">{say(words.count)}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{say(words.weights)}</th>
              <td>{value.weight.join(" × ")}</td>
              <td>{count(weights)}</td>
            </tr>
            <tr>
              <th scope="row">{say(words.biases)}</th>
              <td>{value.bias.join(" × ")}</td>
              <td>{count(biases)}</td>
            </tr>
            <tr>
              <th scope="row">{say(words.total)}</th>
              <td />
              <td>{count(weights + biases)}</td>
            </tr>
          </tbody>
        </table>
      )}
    </Figure>
  );
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
