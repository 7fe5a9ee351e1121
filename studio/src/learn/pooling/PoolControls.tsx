// The controls of the pooling figure.
import { say, type Text } from "../../text.ts";
import { Choice, NumberField } from "../../ui/controls.tsx";
import { changePool, type PoolSettings, presets } from "./poolSettings.ts";

const words = {
  preset: { en: "Example", zh: "示例" },
  own: { en: "own settings", zh: "自定义" },
  kind: { en: "Kind", zh: "类型" },
  max: { en: "maximum", zh: "最大" },
  avg: { en: "average", zh: "平均" },
  size: { en: "Input", zh: "输入" },
  channels: { en: "Channels", zh: "通道数" },
  kernelSize: { en: "Window", zh: "窗口" },
  stride: { en: "Stride", zh: "步幅" },
  padding: { en: "Padding", zh: "填充" },
  rows: { en: "rows", zh: "行" },
  columns: { en: "columns", zh: "列" },
};

type PairName = "kernelSize" | "stride" | "padding";
const bounds: Readonly<Record<PairName, readonly [number, number]>> = {
  kernelSize: [1, 5],
  stride: [1, 5],
  padding: [0, 3],
};

export function PoolControls({ settings }: { readonly settings: PoolSettings }) {
  const at = presets.findIndex((each) => formOf(each.settings) === formOf(settings));
  const change = (changes: Partial<PoolSettings>): void => changePool({ ...settings, ...changes });
  const pair = (name: PairName) =>
    ([0, 1] as const).map((axis) => (
      <NumberField
        key={`${name}${axis}`}
        label={`${say(words[name])}, ${say(axis === 0 ? words.rows : words.columns)}`}
        value={settings[name][axis]}
        min={bounds[name][0]}
        max={bounds[name][1]}
        step={1}
        onChange={(value) => {
          const [rows, columns] = settings[name];
          change({ [name]: axis === 0 ? [value, columns] : [rows, value] });
        }}
      />
    ));
  const counted = (values: readonly number[], text: (value: number) => string) =>
    values.map((value) => ({ value: String(value), label: text(value) }));
  const kinds: readonly { readonly value: "max" | "avg"; readonly label: Text }[] = [
    { value: "max", label: words.max },
    { value: "avg", label: words.avg },
  ];
  return (
    <div class="controls whole-row">
      <Choice
        label={say(words.preset)}
        value={String(at)}
        options={[
          ...presets.map(({ name }, i) => ({ value: String(i), label: say(name) })),
          { value: "-1", label: say(words.own) },
        ]}
        onChange={(value) => {
          const chosen = presets[Number(value)];
          if (chosen !== undefined) changePool(chosen.settings);
        }}
      />
      <Choice
        label={say(words.kind)}
        value={settings.kind}
        options={kinds.map(({ value, label }) => ({ value, label: say(label) }))}
        onChange={(kind) => change({ kind })}
      />
      <Choice
        label={say(words.size)}
        value={String(settings.size)}
        options={counted([3, 4, 5], (value) => `${value} × ${value}`)}
        onChange={(size) => change({ size: Number(size) })}
      />
      <Choice
        label={say(words.channels)}
        value={String(settings.channels)}
        options={counted([1, 2], String)}
        onChange={(channels) => change({ channels: Number(channels) })}
      />
      {pair("kernelSize")}
      {pair("stride")}
      {pair("padding")}
    </div>
  );
}

function formOf({ size, channels, kind, kernelSize, stride, padding }: PoolSettings): string {
  return [size, channels, kind, kernelSize, stride, padding].join(";");
}
