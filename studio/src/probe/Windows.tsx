// The window of one input channel, its kernel, and their products summed; the channel is chosen where there are several.
import { useState } from "preact/hooks";
import type { WeighedWindow } from "../engine/probe/types.ts";
import { say } from "../text.ts";
import { Slider } from "../ui/controls.tsx";
import { Matrix } from "../ui/Matrix.tsx";
import { magnitudeOf } from "../ui/scales.ts";
import { num } from "./numbers.ts";

const words = {
  channel: { en: "Input channel", zh: "输入通道" },
  window: { en: "Window", zh: "窗口" },
  kernel: { en: "Kernel", zh: "卷积核" },
  sum: { en: "sum of the products", zh: "乘积之和" },
};

export function Windows({ windows }: { readonly windows: readonly WeighedWindow[] }) {
  const [chosen, choose] = useState(0);
  const at = Math.min(chosen, windows.length - 1);
  const own = windows[at];
  if (own === undefined) return null;
  const { channel, inputs, weights, isInside, sum } = own;
  // One scale for the kernels of all channels, so that they can be compared.
  const most = magnitudeOf(windows.flatMap((each) => each.weights.flat()));
  const name = `${say(words.channel)} ${channel + 1}`;
  return (
    <>
      {windows.length > 1 && (
        <Slider
          label={say(words.channel)}
          value={at + 1}
          min={1}
          max={windows.length}
          format={(place) => String((windows[place - 1]?.channel ?? 0) + 1)}
          onChange={(place) => choose(place - 1)}
        />
      )}
      <div class="windows">
        <div class="part scroll">
          <span class="part-title">{`${say(words.window)}, ${name}`}</span>
          <Matrix
            label={`${say(words.window)}, ${name}`}
            values={inputs}
            faint={(row, column) => !isInside[row]?.[column]}
          />
        </div>
        <div class="part scroll">
          <span class="part-title">{`${say(words.kernel)}, ${name}`}</span>
          <Matrix label={`${say(words.kernel)}, ${name}`} values={weights} most={most} />
        </div>
      </div>
      <p class="formula">{`${name}: ${say(words.sum)} ${num(sum)}`}</p>
    </>
  );
}
