// f(x) = x + g(x) with the maps of a picture.

import { pairChannels } from "../../engine/compared/channels.ts";
import type { PairSettings } from "../../engine/compared/networks.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Heatmap, Legend } from "../../ui/Heatmap.tsx";
import { threeDigits } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { magnitudeOf } from "../../ui/scales.ts";

const words = {
  title: { en: "What a block adds", zh: "一个块加上了什么" },
  picture: { en: "Picture", zh: "图像" },
  block: { en: "Block", zh: "块" },
  channel: { en: "Channel", zh: "通道" },
  input: { en: "x, the input", zh: "x，输入" },
  computed: { en: "g(x), two convolutions", zh: "g(x)，两个卷积" },
  sum: { en: "x + g(x)", zh: "x + g(x)" },
  output: { en: "after ReLU: to the next block", zh: "经过 ReLU：送往下一个块" },
};

/** While nothing is known yet. */
const nothing = new Float32Array(14 * 14);

export function Maps({ pair, version }: { readonly pair: PairSettings; readonly version: number }) {
  const picture = countSetting("picture", 8, 1, 10);
  const block = Math.min(countSetting("block", 1, 1, 16), pair.depth);
  const channel = countSetting("channel", 1, 1, pairChannels.connections);
  const sample = useAnswer("samplePictures", { from: 0 });
  const pixels = sample.value?.pictures[picture - 1]?.pixels ?? null;
  const { value, error } = useAnswer(
    "residualMaps",
    pixels === null ? null : { pair, version, pixels, block: block - 1, channel: channel - 1 },
  );
  const most = value === null ? 1 : magnitudeOf([...value.x, ...value.g, ...value.sum]);
  const size = (maps: Float32Array): number =>
    Math.sqrt(maps.reduce((sum, number) => sum + number ** 2, 0) / maps.length);
  const caption =
    value === null
      ? ""
      : say({
          en: `All maps have the same scale. Root mean square: x ${threeDigits(size(value.x))}, g(x) ${threeDigits(size(value.g))}. The block's output differs from ReLU(x + g(x)), computed apart, by at most ${threeDigits(value.difference)}.`,
          zh: `所有图使用同一标度。均方根：x 为 ${threeDigits(size(value.x))}，g(x) 为 ${threeDigits(size(value.g))}。块的输出与单独计算的 ReLU(x + g(x)) 最多相差 ${threeDigits(value.difference)}。`,
        });
  const parts = [
    { sign: "", name: words.input, map: value?.x },
    { sign: "+", name: words.computed, map: value?.g },
    { sign: "=", name: words.sum, map: value?.sum },
    { sign: "→", name: words.output, map: value?.output },
  ];
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.picture)}
          value={picture}
          min={1}
          max={10}
          onChange={(next) => changeSettings({ picture: next })}
        />
        <Slider
          label={say(words.block)}
          value={block}
          min={1}
          max={pair.depth}
          onChange={(next) => changeSettings({ block: next })}
        />
        <Slider
          label={say(words.channel)}
          value={channel}
          min={1}
          max={pairChannels.connections}
          onChange={(next) => changeSettings({ channel: next })}
        />
      </div>
      <Problem of={sample.error} />
      <Problem of={error} />
      <div class="addition">
        {pixels !== null && (
          <div class="part">
            <span class="part-title">{say(words.picture)}</span>
            <Heatmap
              label={say(words.picture)}
              values={pixels}
              width={28}
              height={28}
              scale="gray"
              most={1}
            />
          </div>
        )}
        {parts.map(({ sign, name, map }) => (
          <div key={name.en} class="addend">
            <span class="sign" aria-hidden="true">
              {sign}
            </span>
            <div class="part">
              <span class="part-title">{say(name)}</span>
              <Heatmap
                label={say(name)}
                values={map ?? nothing}
                width={value?.width ?? 14}
                height={value?.height ?? 14}
                most={most}
              />
            </div>
          </div>
        ))}
      </div>
      <Legend most={most} />
    </Figure>
  );
}
