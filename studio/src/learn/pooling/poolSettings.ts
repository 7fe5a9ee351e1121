// What the pooling figure can be set to, kept in the address.
import { changeSettings, countSetting, setting } from "../../location.ts";
import type { Text } from "../../text.ts";

export type Pair = readonly [number, number];

export interface PoolSettings {
  /** Height and width of the input. */
  readonly size: number;
  readonly channels: number;
  readonly kind: "max" | "avg";
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/** The settings of the page's address. */
export function poolSettings(): PoolSettings {
  const pair = (name: string, initial: number, min: number, max: number): Pair => [
    countSetting(`${name}h`, initial, min, max),
    countSetting(`${name}w`, initial, min, max),
  ];
  return {
    size: countSetting("size", 4, 3, 5),
    channels: countSetting("channels", 1, 1, 2),
    kind: setting("kind", "max") === "avg" ? "avg" : "max",
    kernelSize: pair("k", 2, 1, 5),
    stride: pair("s", 2, 1, 5),
    padding: pair("p", 0, 0, 3),
  };
}

export function changePool({ size, channels, kind, kernelSize, stride, padding }: PoolSettings) {
  const [kh, kw] = kernelSize;
  const [sh, sw] = stride;
  const [ph, pw] = padding;
  changeSettings({ size, channels, kind, kh, kw, sh, sw, ph, pw });
}

interface Preset {
  readonly name: Text;
  readonly settings: PoolSettings;
}

function preset(
  name: Text,
  settings: Partial<PoolSettings> & Pick<PoolSettings, "kernelSize">,
): Preset {
  const plain = { size: 4, channels: 1, kind: "max", padding: [0, 0] } as const;
  return { name, settings: { ...plain, stride: settings.kernelSize, ...settings } };
}

/** Well-known examples. */
export const presets: readonly Preset[] = [
  preset({ en: "4 × 4 input, max 2 × 2", zh: "4 × 4 输入，最大 2 × 2" }, { kernelSize: [2, 2] }),
  preset(
    { en: "3 × 3 input, max 2 × 2, stride 1", zh: "3 × 3 输入，最大 2 × 2，步幅 1" },
    { size: 3, kernelSize: [2, 2], stride: [1, 1] },
  ),
  preset(
    { en: "3 × 3 input, average 2 × 2, stride 1", zh: "3 × 3 输入，平均 2 × 2，步幅 1" },
    { size: 3, kind: "avg", kernelSize: [2, 2], stride: [1, 1] },
  ),
  preset({ en: "4 × 4 input, max 3 × 3", zh: "4 × 4 输入，最大 3 × 3" }, { kernelSize: [3, 3] }),
  preset(
    { en: "max 3 × 3, padding 1, stride 2", zh: "最大 3 × 3，填充 1，步幅 2" },
    { kernelSize: [3, 3], padding: [1, 1], stride: [2, 2] },
  ),
  preset(
    { en: "max 2 × 3, padding (1, 1), stride (2, 3)", zh: "最大 2 × 3，填充 (1, 1)，步幅 (2, 3)" },
    { kernelSize: [2, 3], padding: [1, 1], stride: [2, 3] },
  ),
  preset(
    { en: "max 2 × 3, padding (0, 1), stride (2, 3)", zh: "最大 2 × 3，填充 (0, 1)，步幅 (2, 3)" },
    { kernelSize: [2, 3], padding: [0, 1], stride: [2, 3] },
  ),
  preset(
    {
      en: "two channels, max 3 × 3, padding 1, stride 2",
      zh: "两个通道，最大 3 × 3，填充 1，步幅 2",
    },
    { channels: 2, kernelSize: [3, 3], padding: [1, 1], stride: [2, 2] },
  ),
];
