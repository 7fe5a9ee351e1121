// What is taken for what, and the mistakes that the network is surest of.

import { useState } from "preact/hooks";
import { titleOfClass } from "../dataset/titles.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { say } from "../text.ts";
import { percent } from "../ui/numbers.ts";
import { Panel } from "../ui/Panel.tsx";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { cellStyle } from "../ui/scales.ts";
import { theme } from "../ui/theme.ts";
import { lastEpoch, run, status } from "./store.ts";

const words = {
  title: { en: "Confusion and mistakes", zh: "混淆与错误" },
  matrix: { en: "Confusion matrix", zh: "混淆矩阵" },
  help: {
    en: "Rows: what the picture is. Columns: what the network says. Numbers of test pictures.",
    zh: "行：图像的真实类别。列：网络的判断。数字为测试图像的数量。",
  },
  worst: { en: "Surest mistakes", zh: "最确信的错误" },
  none: { en: "Not a single mistake.", zh: "没有任何错误。" },
  empty: { en: "Shown after the first epoch.", zh: "第一个迭代周期后显示。" },
  is: { en: "is", zh: "实为" },
};

export function Mistakes() {
  return (
    <Panel title={say(words.title)}>
      <MistakesBody />
    </Panel>
  );
}

function MistakesBody() {
  const view = run.value;
  const epochs = lastEpoch.value;
  const isStill = status.value !== "running";
  // After each epoch, and wherever training stands still.
  const version = 2 * epochs + (isStill ? 1 : 0);
  const { value, error } = useAnswer(
    "runConfusion",
    view === null || epochs === 0 ? null : { version },
  );
  const [at, setAt] = useState<readonly [number, number] | null>(null);
  const shade = theme.value;
  if (error !== null) return <Problem of={error} />;
  if (view === null || value === null) return <p class="part-title">{say(words.empty)}</p>;
  const names = view.classes.map((_, label) => titleOfClass(view, label));
  const most = Math.max(1, ...value.matrix.flat());
  const [row, column] = at ?? [0, 0];
  const told =
    at === null
      ? say(words.help)
      : say({
          en: `${value.matrix[row]?.[column]} pictures of ${names[row]} were taken for ${names[column]}.`,
          zh: `${value.matrix[row]?.[column]} 幅“${names[row]}”被判断为“${names[column]}”。`,
        });
  return (
    <div class="mistakes">
      <div class="part">
        <div class="scroll">
          <table class="confusion" aria-label={say(words.matrix)} data-shade={shade}>
            <thead>
              <tr>
                <td />
                {names.map((name) => (
                  <th key={name} scope="col">
                    <span>{name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.matrix.map((counts, truth) => (
                <tr key={names[truth]}>
                  <th scope="row">{names[truth]}</th>
                  {counts.map((count, predicted) => (
                    <td
                      key={names[predicted]}
                      style={cellStyle("sequential", count / most)}
                      onPointerEnter={() => setAt([truth, predicted])}
                    >
                      {count}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="panel-caption">{told}</p>
      </div>
      <div class="part">
        <h3>{say(words.worst)}</h3>
        {value.worst.length === 0 && <p>{say(words.none)}</p>}
        <ul class="worst">
          {value.worst.map(({ index, pixels, label, predicted, probability }) => (
            <li key={index}>
              <PixelPicture
                label={names[label] ?? ""}
                pixels={pixels}
                shape={view.settings.inputShape}
                size={64}
              />
              <span>{names[predicted]}</span>
              <span class="part-title">
                {`${percent(probability, 0)}, ${say(words.is)} ${names[label]}`}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
