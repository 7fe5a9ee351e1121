// All networks at once: parameters against work.
import type { NetworkCosts } from "../../engine/handlers/networkDrawing.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { formatCount, say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { useWidth } from "../../ui/useWidth.ts";
import { placeLabels } from "./placeLabels.ts";
import { titles } from "./titles.ts";

const words = {
  title: { en: "Parameters and work of all networks", zh: "各网络的参数与计算量" },
  network: { en: "Network", zh: "网络" },
  size: { en: "Pictures", zh: "图像" },
  parameters: { en: "Parameters", zh: "参数" },
  multiplyAdds: { en: "Multiply-adds for a picture", zh: "每幅图像的乘加次数" },
  firstDense: { en: "Weights of the first dense layer", zh: "第一个全连接层的权重数" },
  none: { en: "no dense layer", zh: "没有全连接层" },
  caption: {
    en: "Both axes are logarithmic: each line is ten times the one before. In AlexNet and VGG more than half of all parameters are in the first dense layer; NiN has none, and those after it keep only a small one behind global pooling.",
    zh: "两个坐标轴都是对数的：每条线是前一条的十倍。AlexNet 和 VGG 一半以上的参数在第一个全连接层；NiN 完全没有全连接层，之后的网络只在全局汇聚之后保留很小的一层。",
  },
};

export function Comparison() {
  const { value, error } = useAnswer("networkCosts", {});
  const count = formatCount.value;
  return (
    <Figure title={say(words.title)} caption={value === null ? "" : say(words.caption)}>
      <Problem of={error} />
      <Scatter costs={value ?? []} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables are scrolled by keys */}
      <section class="scroll whole-row" tabIndex={0} aria-label={say(words.title)}>
        <table class="data costs">
          <thead>
            <tr>
              <th scope="col">{say(words.network)}</th>
              <th scope="col">{say(words.size)}</th>
              <th scope="col">{say(words.parameters)}</th>
              <th scope="col">{say(words.multiplyAdds)}</th>
              <th scope="col">{say(words.firstDense)}</th>
            </tr>
          </thead>
          <tbody>
            {value?.map(({ name, size, parameters, multiplyAdds, firstDense }) => (
              <tr key={name}>
                <th scope="row">{titles[name]}</th>
                <td>{`${size} × ${size}`}</td>
                <td>{count(parameters)}</td>
                <td>{count(multiplyAdds)}</td>
                <td>
                  {firstDense === null
                    ? say(words.none)
                    : `${firstDense.map((n) => count(n)).join(" × ")} = ${count(firstDense.reduce((a, b) => a * b, 1))}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Figure>
  );
}

const height = 340;
const margin = { left: 62, right: 14, top: 10, bottom: 46 };
const powers = { x: [4, 9], y: [5, 11] } as const;

function Scatter({ costs }: { readonly costs: readonly NetworkCosts[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const along = (
    value: number,
    [low, high]: readonly [number, number],
    from: number,
    to: number,
  ): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const x = (value: number): number => along(value, powers.x, margin.left, width - margin.right);
  const y = (value: number): number => along(value, powers.y, height - margin.bottom, margin.top);
  const points = costs.map(({ name, parameters, multiplyAdds }) => ({
    name: titles[name],
    x: x(parameters),
    y: y(multiplyAdds),
  }));
  const ticks = ([low, high]: readonly [number, number]): number[] =>
    Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return (
    <div ref={ref} class="whole-row">
      <svg
        class="scatter"
        width={width}
        height={height}
        role="img"
        aria-label={`${say(words.parameters)}, ${say(words.multiplyAdds)}`}
      >
        {width > 0 &&
          ticks(powers.x).map((value) => (
            <g key={value}>
              <line x1={x(value)} x2={x(value)} y1={margin.top} y2={height - margin.bottom} />
              <text x={x(value)} y={height - margin.bottom + 16} text-anchor="middle">
                {shortCount(value)}
              </text>
            </g>
          ))}
        {width > 0 &&
          ticks(powers.y).map((value) => (
            <g key={value}>
              <line x1={margin.left} x2={width - margin.right} y1={y(value)} y2={y(value)} />
              <text x={margin.left - 6} y={y(value) + 4} text-anchor="end">
                {shortCount(value)}
              </text>
            </g>
          ))}
        <text x={(margin.left + width) / 2} y={height - 8} text-anchor="middle">
          {say(words.parameters)}
        </text>
        <text transform={`translate(14 ${height / 2}) rotate(-90)`} text-anchor="middle">
          {say(words.multiplyAdds)}
        </text>
        {points.map((point) => (
          <circle key={point.name} cx={point.x} cy={point.y} r="5" />
        ))}
        {placeLabels(points, width - margin.right).map(({ name, x, y }) => (
          <text key={name} class="name" x={x} y={y}>
            {name}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** 10 k, 1 M, 10 G. */
function shortCount(value: number): string {
  const [divisor, sign] = value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : [1e3, "k"];
  return `${value / divisor} ${sign}`;
}
