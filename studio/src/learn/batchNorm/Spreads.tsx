// How what enters each activation function is distributed, layer by layer, in both networks.
import { useMemo } from "preact/hooks";
import type { PairSettings } from "../../engine/compared/networks.ts";
import type { Spread } from "../../engine/handlers/batchNorm.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { threeDigits } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { LayerPlot } from "../pairs/LayerPlot.tsx";
import type { PairNames, Side } from "../pairs/series.ts";

const words = {
  title: { en: "What each ReLU is given", zh: "每个 ReLU 的输入" },
  layer: { en: "Layer", zh: "层" },
  std: { en: "Standard deviation", zh: "标准差" },
  deviation: { en: "Standard deviation by layer", zh: "各层的标准差" },
};

export interface SpreadsProps {
  readonly pair: PairSettings;
  readonly version: number;
  readonly names: PairNames;
}

export function Spreads({ pair, version, names }: SpreadsProps) {
  const { value, error } = useAnswer("activationSpreads", { pair, version });
  const sides = value?.spreads;
  const deviations = useMemo(
    () => sides && ([sides[0].map(({ std }) => std), sides[1].map(({ std }) => std)] as const),
    [sides],
  );
  const caption = (): string => {
    const [first, last] = [sides?.[0][0], sides?.[0].at(-1)];
    const [firstNormed, lastNormed] = [sides?.[1][0], sides?.[1].at(-1)];
    if (!first || !last || !firstNormed || !lastNormed) return "";
    return say({
      en: `Standard deviation within the channels of the first and last layer: ${short(first.std)} and ${short(last.std)} without normalisation, ${short(firstNormed.std)} and ${short(lastNormed.std)} with it. Each curve is as high as its own tallest bin; values beyond the ends are in the outermost bins. 64 pictures.`,
      zh: `第一层与最后一层各通道内的标准差：没有规范化时为 ${short(first.std)} 和 ${short(last.std)}，有规范化时为 ${short(firstNormed.std)} 和 ${short(lastNormed.std)}。每条曲线的高度以自身最高的一格为准，超出两端的值计入最外侧的格。共 64 幅图像。`,
    });
  };
  return (
    <Figure title={say(words.title)} caption={caption()}>
      <Problem of={error} />
      <div class="spreads whole-row">
        {([0, 1] as const).map((side) => (
          <table key={side} aria-label={say(names[side])}>
            <thead>
              <tr>
                <th scope="col">{say(words.layer)}</th>
                <th scope="col">{say(names[side])}</th>
                <th scope="col">{say(words.std)}</th>
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: pair.depth }, (_, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th>
                  <td>
                    <Histogram spread={sides?.[side][i]} side={side} />
                  </td>
                  <td>{short(sides?.[side][i]?.std)}</td>
                </tr>
              ))}
              <tr>
                <td />
                <td>
                  <div class="ends">
                    <span>−{short(value?.range)}</span>
                    <span>0</span>
                    <span>{short(value?.range)}</span>
                  </div>
                </td>
                <td />
              </tr>
            </tbody>
          </table>
        ))}
      </div>
      <LayerPlot
        label={words.deviation}
        layer={words.layer}
        size={words.std}
        names={names}
        sizes={deviations}
      />
    </Figure>
  );
}

const [width, height] = [240, 26];

function Histogram({ spread, side }: { readonly spread: Spread | undefined; readonly side: Side }) {
  const shares = spread?.shares ?? [];
  const most = Math.max(...shares, 1e-9);
  const bin = width / Math.max(1, shares.length);
  const steps = shares.map((share) => `V ${height - (height - 2) * (share / most)} h ${bin}`);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <line x1={width / 2} x2={width / 2} y1="0" y2={height} />
      <path
        class={side === 1 ? "with" : "without"}
        d={`M 0 ${height} ${steps.join(" ")} V ${height} Z`}
      />
    </svg>
  );
}

function short(value: number | undefined): string {
  return value === undefined ? "" : threeDigits(value);
}
