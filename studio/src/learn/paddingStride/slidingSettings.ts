// What the figure of the sliding window can be set to, kept in the address.
import { changeSettings, countSetting, setting } from "../../location.ts";
import type { Text } from "../../text.ts";

export type Pair = readonly [number, number];

export interface SlidingSettings {
  /** Each for [rows, columns]. */
  readonly size: Pair;
  readonly kernelSize: Pair;
  readonly padding: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Which numbers the input and the kernel hold. */
  readonly numbers: "counted" | "byHand";
}

export const bounds = {
  size: [1, 12],
  kernelSize: [1, 7],
  padding: [0, 4],
  stride: [1, 5],
  dilation: [1, 4],
} as const;
export type PairName = keyof typeof bounds;

/** Letters of the formula. */
export const letters: Readonly<Record<PairName, string>> = {
  size: "n",
  kernelSize: "k",
  padding: "p",
  stride: "s",
  dilation: "d",
};

/** The settings of the page's address. */
export function slidingSettings(): SlidingSettings {
  const pair = (name: PairName, initial: number): Pair => {
    const [least, most] = bounds[name];
    return [
      countSetting(`${letters[name]}h`, initial, least, most),
      countSetting(`${letters[name]}w`, initial, least, most),
    ];
  };
  return {
    size: pair("size", 3),
    kernelSize: pair("kernelSize", 2),
    padding: pair("padding", 1),
    stride: pair("stride", 1),
    dilation: pair("dilation", 1),
    numbers: setting("numbers", "counted") === "byHand" ? "byHand" : "counted",
  };
}

export function changeSliding({ numbers, ...pairs }: SlidingSettings): void {
  const changes: Record<string, string | number> = { numbers };
  for (const name of Object.keys(bounds) as PairName[]) {
    changes[`${letters[name]}h`] = pairs[name][0];
    changes[`${letters[name]}w`] = pairs[name][1];
  }
  changeSettings(changes);
}

interface Preset {
  readonly name: Text;
  readonly settings: SlidingSettings;
}

function preset(en: string, zh: string, settings: Partial<SlidingSettings>): Preset {
  const plain = {
    size: [8, 8],
    kernelSize: [3, 3],
    padding: [0, 0],
    stride: [1, 1],
    dilation: [1, 1],
    numbers: "counted",
  } as const;
  return { name: { en, zh }, settings: { ...plain, ...settings } };
}

const small = { size: [3, 3], kernelSize: [2, 2], padding: [1, 1] } as const;
const five = { size: [5, 5] } as const;
const byHand = { size: [5, 5], numbers: "byHand" } as const;

/** Well-known examples. */
export const presets: readonly Preset[] = [
  preset("3 × 3, padding 1", "3 × 3，填充 1", small),
  preset("3 × 3, padding 1, stride (3, 2)", "3 × 3，填充 1，步幅 (3, 2)", {
    ...small,
    stride: [3, 2],
  }),
  preset("8 × 8, kernel 3, padding 1", "8 × 8，卷积核 3，填充 1", { padding: [1, 1] }),
  preset("8 × 8, kernel (5, 3), padding (2, 1)", "8 × 8，卷积核 (5, 3)，填充 (2, 1)", {
    kernelSize: [5, 3],
    padding: [2, 1],
  }),
  preset("8 × 8, kernel 3, padding 1, stride 2", "8 × 8，卷积核 3，填充 1，步幅 2", {
    padding: [1, 1],
    stride: [2, 2],
  }),
  preset(
    "8 × 8, kernel (3, 5), padding (0, 1), stride (3, 4)",
    "8 × 8，卷积核 (3, 5)，填充 (0, 1)，步幅 (3, 4)",
    { kernelSize: [3, 5], padding: [0, 1], stride: [3, 4] },
  ),
  preset("by hand: 5 × 5, three rows of [1, 0, −1]", "手算：5 × 5，三行 [1, 0, −1]", byHand),
  preset("by hand, padding 1", "手算，填充 1", { ...byHand, padding: [1, 1] }),
  preset("5 × 5, kernel 3, stride 1", "5 × 5，卷积核 3，步幅 1", five),
  preset("5 × 5, kernel 3, stride 2", "5 × 5，卷积核 3，步幅 2", { ...five, stride: [2, 2] }),
  preset("5 × 5, kernel 3, padding 1", "5 × 5，卷积核 3，填充 1", { ...five, padding: [1, 1] }),
  preset("8 × 8, kernel 3, dilation 2", "8 × 8，卷积核 3，扩张 2", { dilation: [2, 2] }),
];

/** Equal for equal settings. */
export function formOf(settings: SlidingSettings): string {
  const names = Object.keys(bounds) as PairName[];
  return [...names.map((name) => settings[name]), settings.numbers].join(";");
}
