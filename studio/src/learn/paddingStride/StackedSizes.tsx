// How a picture shrinks from layer to layer.
import { useMemo } from "preact/hooks";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice, Notice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Plot } from "../../ui/Plot.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "Height and width, layer by layer", zh: "逐层的高和宽" },
  preset: { en: "Example of depth", zh: "深度示例" },
  ten: { en: "240 × 240, ten layers of 5 × 5", zh: "240 × 240，十层 5 × 5" },
  down: { en: "224 × 224 down to 4 × 4 by 5 × 5", zh: "224 × 224 经 5 × 5 直到 4 × 4" },
  own: { en: "own settings", zh: "自定义" },
  size: { en: "Picture", zh: "图像" },
  kernel: { en: "Kernel", zh: "卷积核" },
  padding: { en: "Padding", zh: "填充" },
  stride: { en: "Stride", zh: "步幅" },
  layers: { en: "Layers", zh: "层数" },
  layer: { en: "Layer", zh: "层" },
  pixels: { en: "Pixels", zh: "像素" },
  height: { en: "height and width", zh: "高和宽" },
};

const names = ["sn", "sk", "sp", "ss", "sl"] as const;
const examples = { ten: [240, 5, 0, 1, 10], down: [224, 5, 0, 1, 55] } as const;

export function StackedSizes() {
  const size = countSetting("sn", 240, 1, 256);
  const kernelSize = countSetting("sk", 5, 1, 11);
  const padding = countSetting("sp", 0, 0, 5);
  const stride = countSetting("ss", 1, 1, 4);
  const layers = countSetting("sl", 10, 1, 60);
  const now = [size, kernelSize, padding, stride, layers].join();
  const at = (["ten", "down"] as const).find((each) => examples[each].join() === now) ?? "own";
  const { value, error } = useAnswer("stackedSizes", { size, kernelSize, padding, stride, layers });
  const last = value?.sizes.at(-1);
  const done = (value?.sizes.length ?? 1) - 1;
  const caption =
    last === undefined
      ? ""
      : say({
          en: `After ${done} layers, ${value?.sizes[0]} × ${value?.sizes[0]} has become ${last} × ${last}.`,
          zh: `经过 ${done} 层，${value?.sizes[0]} × ${value?.sizes[0]} 变成 ${last} × ${last}。`,
        });
  const x = useMemo(() => value?.sizes.map((_, i) => i) ?? [], [value]);
  const series = [{ label: say(words.height), values: value?.sizes ?? [] }];
  const slider = (
    name: (typeof names)[number],
    label: string,
    shown: number,
    [min, max]: readonly [number, number],
  ) => (
    <Slider
      label={label}
      value={shown}
      min={min}
      max={max}
      onChange={(chosen) => changeSettings({ [name]: chosen })}
    />
  );
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice
          label={say(words.preset)}
          value={at}
          options={(["ten", "down", "own"] as const)
            .filter((each) => each !== "own" || at === "own")
            .map((each) => ({ value: each, label: say(words[each]) }))}
          onChange={(chosen) => {
            if (chosen === "own") return;
            changeSettings(
              Object.fromEntries(names.map((name, i) => [name, examples[chosen][i] as number])),
            );
          }}
        />
        {slider("sn", say(words.size), size, [1, 256])}
        {slider("sk", say(words.kernel), kernelSize, [1, 11])}
        {slider("sp", say(words.padding), padding, [0, 5])}
        {slider("ss", say(words.stride), stride, [1, 4])}
        {slider("sl", say(words.layers), layers, [1, 60])}
      </div>
      <Plot
        label={say(words.title)}
        x={x}
        xLabel={say(words.layer)}
        yLabel={say(words.pixels)}
        series={series}
      />
      <Problem of={error} />
      {value?.problem != null && (
        <Notice kind="problem">
          {say({
            en: `Layer ${done + 1} is impossible: use fewer layers, a smaller kernel, or padding.`,
            zh: `第 ${done + 1} 层无法计算：请减少层数、减小卷积核或增加填充。`,
          })}
          {"\n"}
          {say(value.problem)}
        </Notice>
      )}
    </Figure>
  );
}
