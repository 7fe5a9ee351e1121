// One kernel over a picture: the textbook's stripes with their numbers, or a picture of one's own.
import { useState } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Heatmap, Legend } from "../../ui/Heatmap.tsx";
import { Matrix } from "../../ui/Matrix.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { magnitudeOf } from "../../ui/scales.ts";
import { type KernelName, kernels } from "../kernels.ts";
import { replaced, shortNumber } from "../replaced.ts";
import { OwnPicture, ownSize, startPicture } from "./OwnPicture.tsx";

const words = {
  title: { en: "A picture and its response", zh: "图像及其响应" },
  source: { en: "Picture", zh: "图像" },
  stripes: { en: "6 × 8, dark in the middle", zh: "6 × 8，中间为暗" },
  turned: { en: "the same, transposed", zh: "同上，转置" },
  own: { en: "drawn or loaded", zh: "绘制或载入" },
  kernel: { en: "Kernel", zh: "卷积核" },
  edited: { en: "edited", zh: "自定义" },
  taps: { en: "Its numbers, to edit", zh: "卷积核的数（可编辑）" },
  picture: { en: "Picture", zh: "图像" },
  response: { en: "Response", zh: "响应" },
};

const line = [1, 1, 0, 0, 0, 0, 1, 1];
const stripes = {
  stripes: Array.from({ length: 6 }, () => line),
  turned: line.map((value) => Array.from({ length: 6 }, () => value)),
};
type Source = keyof typeof stripes | "own";
const sources: readonly Source[] = ["stripes", "turned", "own"];

export function Edges() {
  const source = sources.find((each) => each === setting("picture", "stripes")) ?? "stripes";
  const chosen = setting("filter", "difference");
  const name = (chosen in kernels ? chosen : "difference") as KernelName;
  const [edited, setEdited] = useState<number[][] | null>(null);
  const [pixels, setPixels] = useState(startPicture);
  const kernel = edited ?? kernels[name].values;
  const rows = source === "own" ? null : stripes[source];
  const input =
    rows === null
      ? { pixels, width: ownSize, height: ownSize }
      : {
          pixels: Float32Array.from(rows.flat()),
          width: rows[0]?.length ?? 0,
          height: rows.length,
        };
  const { value, error } = useAnswer("filterPicture", { ...input, kernel });
  const values = Array.from(value?.values ?? []);
  const busy = values.filter((each) => Math.abs(each) > 1e-6).length;
  const [least, greatest] = [Math.min(...values), Math.max(...values)].map(shortNumber);
  const caption =
    value === null
      ? ""
      : say({
          en: `The response has ${value.height} × ${value.width} numbers, from ${least} to ${greatest}; ${busy} of them are not 0.`,
          zh: `响应有 ${value.height} × ${value.width} 个数，从 ${least} 到 ${greatest}，其中 ${busy} 个不为 0。`,
        });
  const response = value && rowsOf(values, value.width);
  const most = magnitudeOf(values);
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice
          label={say(words.source)}
          value={source}
          options={sources.map((each) => ({ value: each, label: say(words[each]) }))}
          onChange={(picture) => changeSettings({ picture })}
        />
        <Choice
          label={say(words.kernel)}
          value={edited === null ? name : "edited"}
          options={[
            ...(Object.keys(kernels) as KernelName[]).map((each) => ({
              value: each as string,
              label: say(kernels[each].name),
            })),
            ...(edited === null ? [] : [{ value: "edited", label: say(words.edited) }]),
          ]}
          onChange={(filter) => {
            if (filter === "edited") return;
            setEdited(null);
            changeSettings({ filter });
          }}
        />
        <div class="part">
          <span class="part-title">{say(words.taps)}</span>
          <Matrix
            label={say(words.taps)}
            values={kernel.map((each) => each.map((tap) => Number(tap.toFixed(3))))}
            onEdit={(i, j, changed) => setEdited(replaced(kernel, i, j, changed))}
          />
        </div>
      </div>
      <div class="part">
        <span class="part-title">{say(words.picture)}</span>
        {rows === null ? (
          <OwnPicture pixels={pixels} onChange={setPixels} />
        ) : (
          <div class="small-cells">
            <Matrix label={say(words.picture)} values={rows} scale="sequential" most={1} />
          </div>
        )}
      </div>
      {value !== null && response !== null && (
        <div class="part">
          <span class="part-title">{say(words.response)}</span>
          {rows === null ? (
            <Heatmap
              label={`${say(words.response)}: ${value.height} × ${value.width}`}
              values={value.values}
              width={value.width}
              height={value.height}
              size={264}
            />
          ) : (
            <div class="small-cells">
              <Matrix label={say(words.response)} values={response} format={shortNumber} />
            </div>
          )}
          <Legend most={most} format={shortNumber} />
        </div>
      )}
      <Problem of={error} />
    </Figure>
  );
}

function rowsOf(values: readonly number[], width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) =>
    values.slice(i * width, (i + 1) * width),
  );
}
