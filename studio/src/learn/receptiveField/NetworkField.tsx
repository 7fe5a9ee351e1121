// The receptive field of the units of a network of the library, layer by layer.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Heatmap } from "../../ui/Heatmap.tsx";
import { Plot } from "../../ui/Plot.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "The field of the unit in the middle", zh: "中央单元的感受野" },
  network: { en: "Network", zh: "网络" },
  layer: { en: "Layer", zh: "层" },
  input: { en: "Input", zh: "输入" },
  growth: { en: "Receptive field", zh: "感受野" },
  seen: { en: "Pixels, at most the input", zh: "像素（不超过输入）" },
  whole: { en: "the whole picture", zh: "整幅图像" },
};

const networks = [
  ["lenet", "LeNet"],
  ["alexnet", "AlexNet"],
  ["vgg11", "VGG-11"],
  ["vgg16", "VGG-16"],
  ["nin", "NiN"],
  ["googlenet", "GoogLeNet"],
  ["resnet18", "ResNet-18"],
  ["densenet", "DenseNet"],
  ["squeezenet", "SqueezeNet"],
] as const;

export function NetworkField() {
  const wanted = setting("net", "lenet");
  const name = networks.find(([value]) => value === wanted)?.[0] ?? "lenet";
  const { value, error } = useAnswer("networkFields", { name });
  const count = value?.layers.length ?? 1;
  const at = Math.min(countSetting("at", 4, 1, 1000), count);
  const layer = value?.layers[at - 1];
  const [height, width] = value?.inputSize ?? [1, 1];
  const isWhole = layer === undefined || layer.stride[0] === 0;
  const unit = layer?.units?.map((side) => Math.floor((side - 1) / 2)) ?? [0, 0];
  const box = layer && {
    x: isWhole ? 0 : (unit[1] ?? 0) * layer.stride[1] + layer.offset[1],
    y: isWhole ? 0 : (unit[0] ?? 0) * layer.stride[0] + layer.offset[0],
    width: layer.size[1],
    height: layer.size[0],
  };
  const field = isWhole ? say(words.whole) : layer.size.join(" × ");
  const caption =
    layer === undefined
      ? ""
      : say({
          en: `Layer ${at} of ${count}, ${layer.path} (${layer.type}): a unit sees ${field}, input ${height} × ${width}.`,
          zh: `第 ${at} 层（共 ${count} 层），${layer.path}（${layer.type}）：一个单元看到 ${field}，输入为 ${height} × ${width}。`,
        });
  // Fields larger than the input reach into the padding: the picture shows the part inside.
  const inside = box && clipped(box, width, height);
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Choice
          label={say(words.network)}
          value={name}
          options={networks.map(([value, label]) => ({ value, label }))}
          onChange={(net) => changeSettings({ net, at: null })}
        />
        <Slider
          label={say(words.layer)}
          value={at}
          min={1}
          max={count}
          onChange={(layer) => changeSettings({ at: layer })}
        />
      </div>
      <Problem of={error} />
      {value !== null && inside !== undefined && (
        <>
          <div class="part">
            <span class="part-title">{`${say(words.input)}: ${height} × ${width}`}</span>
            <Heatmap
              label={caption}
              values={groundOf(width, height, inside)}
              width={width}
              height={height}
              scale="sequential"
              most={1}
              size={226}
              box={inside}
            />
          </div>
          <Plot
            label={say(words.growth)}
            x={value.layers.map((_, i) => i + 1)}
            xLabel={say(words.layer)}
            yLabel={say(words.seen)}
            series={[
              {
                label: say(words.growth),
                values: value.layers.map(({ size }) => Math.min(size[0], height)),
              },
            ]}
          />
        </>
      )}
    </Figure>
  );
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function clipped(box: Box, width: number, height: number): Box {
  const [x, y] = [Math.max(0, box.x), Math.max(0, box.y)];
  const right = Math.min(width, box.x + box.width);
  const bottom = Math.min(height, box.y + box.height);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

function groundOf(width: number, height: number, box: Box): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const isSeen = x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
    return isSeen ? 0.42 : 0.06;
  });
}
