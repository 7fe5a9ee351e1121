// How the layers fare: sizes of gradients, and units that are stuck.
import { useAnswer } from "../engine/useAnswer.ts";
import { say } from "../text.ts";
import { Bar } from "../ui/Bar.tsx";
import { percent, threeDigits } from "../ui/numbers.ts";
import { Panel } from "../ui/Panel.tsx";
import { Problem } from "../ui/Problem.tsx";
import { run, slowVersion } from "./store.ts";

const words = {
  title: { en: "Gradients and dead units", zh: "梯度与失活单元" },
  layer: { en: "Layer", zh: "层" },
  grad: { en: "Gradient norm", zh: "梯度范数" },
  weight: { en: "Weight norm", zh: "权重范数" },
  dead: { en: "Dead units", zh: "失活单元" },
  caption: {
    en: "On the first test pictures. Bars of gradients are logarithmic, from 10⁻⁶ to 10. A unit is dead if it says the same of every picture.",
    zh: "在前几幅测试图像上计算。梯度条为对数刻度，从 10⁻⁶ 到 10。对每幅图像输出都相同的单元视为失活。",
  },
  none: { en: "Layers appear here when a network is open.", zh: "打开网络后，这里会显示各层。" },
};

export function Health() {
  return (
    <Panel title={say(words.title)} caption={say(words.caption)}>
      <HealthTable />
    </Panel>
  );
}

function HealthTable() {
  const id = run.value?.id;
  const { value, error } = useAnswer(
    "runHealth",
    id === undefined ? null : { version: slowVersion.value },
  );
  if (id === undefined) return <p class="part-title">{say(words.none)}</p>;
  if (error !== null) return <Problem of={error} />;
  const layers = value?.layers.filter(
    ({ gradNorm, deadShare }) => gradNorm !== null || deadShare !== null,
  );
  return (
    <div class="scroll">
      <table class="data health">
        <thead>
          <tr>
            <th scope="col">{say(words.layer)}</th>
            <th scope="col" colSpan={2}>
              {say(words.grad)}
            </th>
            <th scope="col">{say(words.weight)}</th>
            <th scope="col" colSpan={2}>
              {say(words.dead)}
            </th>
          </tr>
        </thead>
        <tbody>
          {layers?.map(({ path, type, gradNorm, weightNorm, deadShare }) => (
            <tr key={path}>
              <th scope="row">{`${path} ${type}`}</th>
              <td>{gradNorm === null ? "" : threeDigits(gradNorm)}</td>
              <td class="bar-cell">
                {gradNorm !== null && <Bar share={(Math.log10(gradNorm + 1e-12) + 6) / 7} />}
              </td>
              <td>{weightNorm === null ? "" : weightNorm.toFixed(2)}</td>
              <td>{deadShare === null ? "" : percent(deadShare, 0)}</td>
              <td class="bar-cell">{deadShare !== null && <Bar share={deadShare} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
