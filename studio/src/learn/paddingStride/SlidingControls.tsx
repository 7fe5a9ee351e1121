// The controls of the figure of the sliding window.
import { say } from "../../text.ts";
import { Choice, Slider } from "../../ui/controls.tsx";
import {
  bounds,
  changeSliding,
  formOf,
  type PairName,
  presets,
  type SlidingSettings,
} from "./slidingSettings.ts";

const words = {
  preset: { en: "Example", zh: "示例" },
  own: { en: "own settings", zh: "自定义" },
  size: { en: "Input n", zh: "输入 n" },
  kernelSize: { en: "Kernel k", zh: "卷积核 k" },
  padding: { en: "Padding p", zh: "填充 p" },
  stride: { en: "Stride s", zh: "步幅 s" },
  dilation: { en: "Dilation d", zh: "扩张 d" },
  rows: { en: "rows", zh: "行" },
  columns: { en: "columns", zh: "列" },
};

export function SlidingControls({ settings }: { readonly settings: SlidingSettings }) {
  const at = presets.findIndex((each) => formOf(each.settings) === formOf(settings));
  const slider = (name: PairName, axis: 0 | 1) => (
    <Slider
      key={name}
      label={`${say(words[name])}, ${say(axis === 0 ? words.rows : words.columns)}`}
      value={settings[name][axis]}
      min={bounds[name][0]}
      max={bounds[name][1]}
      onChange={(value) => {
        const [rows, columns] = settings[name];
        changeSliding({ ...settings, [name]: axis === 0 ? [value, columns] : [rows, value] });
      }}
    />
  );
  return (
    <>
      <div class="controls whole-row">
        <Choice
          label={say(words.preset)}
          value={String(at)}
          options={[
            ...presets.map(({ name }, i) => ({ value: String(i), label: say(name) })),
            ...(at < 0 ? [{ value: "-1", label: say(words.own) }] : []),
          ]}
          onChange={(value) => {
            const chosen = presets[Number(value)];
            if (chosen !== undefined) changeSliding(chosen.settings);
          }}
        />
      </div>
      {([0, 1] as const).map((axis) => (
        <div class="controls compact whole-row" key={axis}>
          {(Object.keys(bounds) as PairName[]).map((name) => slider(name, axis))}
        </div>
      ))}
    </>
  );
}
