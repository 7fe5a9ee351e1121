// Settings of both networks of a pair.
import type { Difference, PairSettings, Start } from "../../engine/compared/networks.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say, type Text } from "../../text.ts";
import { Choice, Slider } from "../../ui/controls.tsx";

const words = {
  rate: { en: "Learning rate", zh: "学习率" },
  start: { en: "Starting weights", zh: "初始权重" },
  default: { en: "small, as layers begin", zh: "较小，层的默认值" },
  he: { en: "He: larger, made for ReLU", zh: "He：较大，为 ReLU 设计" },
};

const rates = ["0.01", "0.03", "0.1", "0.3", "1"];
const starts: readonly Start[] = ["default", "he"];

/** The settings as the address has them. */
export function pairSettings(
  difference: Difference,
  initial: { readonly depth: number; readonly lr: string },
): PairSettings {
  const lr = setting("lr", initial.lr);
  return {
    difference,
    depth: countSetting("depth", initial.depth, 2, 16),
    lr: Number(rates.includes(lr) ? lr : initial.lr),
    start: setting("start", "default") === "he" ? "he" : "default",
  };
}

export function PairControls({
  pair,
  depth,
}: {
  readonly pair: PairSettings;
  /** What is counted. */
  readonly depth: Text;
}) {
  return (
    <div class="controls">
      <Slider
        label={say(depth)}
        value={pair.depth}
        min={2}
        max={16}
        onChange={(count) => changeSettings({ depth: count })}
      />
      <Choice
        label={say(words.rate)}
        value={String(pair.lr)}
        options={rates.map((value) => ({ value, label: value }))}
        onChange={(lr) => changeSettings({ lr })}
      />
      <Choice<Start>
        label={say(words.start)}
        value={pair.start}
        options={starts.map((value) => ({ value, label: say(words[value]) }))}
        onChange={(start) => changeSettings({ start })}
      />
    </div>
  );
}
