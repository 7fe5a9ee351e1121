// How large the gradient is that reaches each layer, with and without connections.
import type { PairSettings } from "../../engine/compared/networks.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { threeDigits } from "../../ui/numbers.ts";
import { Problem } from "../../ui/Problem.tsx";
import { LayerPlot } from "../pairs/LayerPlot.tsx";
import type { PairNames, Side } from "../pairs/series.ts";

const words = {
  title: { en: "The gradient that reaches each layer", zh: "到达每一层的梯度" },
  layer: { en: "Convolution, from the input on", zh: "卷积层，从输入数起" },
  length: { en: "Length of the gradient", zh: "梯度的长度" },
};

export interface GradientsProps {
  readonly pair: PairSettings;
  readonly version: number;
  readonly names: PairNames;
}

export function Gradients({ pair, version, names }: GradientsProps) {
  const { value, error } = useAnswer("pairGradients", { pair, version });
  const ratio = (side: Side): string => {
    const [first = 0, last = 0] = [value?.[side][0], value?.[side].at(-1)];
    return last > 0 ? threeDigits(first / last) : "–";
  };
  const caption =
    value === null
      ? ""
      : say({
          en: `The first of ${value[0].length} convolutions gets ${ratio(0)} times the gradient of the last without connections, and ${ratio(1)} times with them. The axis is logarithmic. 64 pictures.`,
          zh: `共 ${value[0].length} 个卷积层：没有连接时，第一层得到的梯度是最后一层的 ${ratio(0)} 倍；有连接时是 ${ratio(1)} 倍。纵轴是对数的。共 64 幅图像。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <Problem of={error} />
      <LayerPlot
        label={words.title}
        layer={words.layer}
        size={words.length}
        names={names}
        sizes={value ?? undefined}
      />
    </Figure>
  );
}
