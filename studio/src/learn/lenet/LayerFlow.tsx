// The way of a picture through the layers: shapes and parameters.
import type { LenetForm } from "../../engine/handlers/lenet.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { formatCount, say } from "../../text.ts";
import { Figure } from "../../ui/Figure.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "From picture to classes", zh: "从图像到类别" },
  input: { en: "Input", zh: "输入" },
  parameters: { en: "parameters", zh: "个参数" },
  layers: { en: "Layers", zh: "各层" },
};

export function LayerFlow({ form }: { readonly form: LenetForm }) {
  const { value, error } = useAnswer("lenetSummary", { form });
  const count = formatCount.value;
  const caption =
    value === null
      ? ""
      : say({
          en: `${count(value.parameters)} parameters and ${count(value.multiplyAdds)} multiply-adds for one picture. Most parameters are in the first dense layer, most of the work is in the convolutions.`,
          zh: `共 ${count(value.parameters)} 个参数，处理一幅图像需要 ${count(value.multiplyAdds)} 次乘加。大部分参数在第一个全连接层，大部分计算在卷积层。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <Problem of={error} />
      {value !== null && (
        <ol class="flow" aria-label={say(words.layers)}>
          <FlowBox name={say(words.input)} shape={value.inputShape.slice(1)} note="" />
          {value.layers.map(({ path, type, outputShape, parameters }) => (
            <FlowBox
              key={path}
              name={type}
              shape={outputShape.slice(1)}
              note={parameters === 0 ? "" : `${count(parameters)} ${say(words.parameters)}`}
            />
          ))}
        </ol>
      )}
    </Figure>
  );
}

interface FlowBoxProps {
  readonly name: string;
  readonly shape: readonly number[];
  readonly note: string;
}

/** A layer's output, drawn to scale: a picture is as large as it is, a list is a bar. */
function FlowBox({ name, shape, note }: FlowBoxProps) {
  const [channels = 1, height, width] = shape;
  const size =
    height === undefined || width === undefined
      ? { width: "6px", height: `${Math.max(6, Math.sqrt(channels) * 3.2)}px` }
      : { width: `${width * 2.2}px`, height: `${height * 2.2}px` };
  return (
    <li>
      <div class="flow-shape" aria-hidden="true">
        <div class={channels > 1 && height !== undefined ? "many" : ""} style={size} />
      </div>
      <strong>{name}</strong>
      <span>{shape.join(" × ")}</span>
      <span class="part-title">{note}</span>
    </li>
  );
}
