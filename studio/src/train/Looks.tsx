// A test picture on its way through the network while that learns: feature maps, their gradients, and kernels.
import { useMemo } from "preact/hooks";
import { titleOfClass } from "../dataset/titles.ts";
import { type LayerLook, type LookKind, lookKinds } from "../engine/run/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../location.ts";
import { say } from "../text.ts";
import { ClassBars } from "../ui/ClassBars.tsx";
import { Button, Choice } from "../ui/controls.tsx";
import { Legend } from "../ui/Heatmap.tsx";
import { MapAtlas } from "../ui/MapAtlas.tsx";
import { Panel } from "../ui/Panel.tsx";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { magnitudeOf } from "../ui/scales.ts";
import { run, version } from "./store.ts";

const words = {
  title: { en: "Feature maps and kernels", zh: "特征图与卷积核" },
  shown: { en: "Show", zh: "显示" },
  forward: { en: "forward: activations", zh: "前向：激活值" },
  backward: { en: "backward: gradients of the loss", zh: "反向：损失的梯度" },
  kernels: { en: "kernels", zh: "卷积核" },
  next: { en: "Next picture", zh: "下一幅图像" },
  before: { en: "Picture before", zh: "上一幅图像" },
  picture: { en: "Test picture", zh: "测试图像" },
  none: { en: "Maps appear here when a network is open.", zh: "打开网络后，这里会显示特征图。" },
};

export function Looks() {
  return (
    <Panel title={say(words.title)}>
      <LooksBody />
    </Panel>
  );
}

function LooksBody() {
  const view = run.value;
  const index = countSetting("picture", 0, 0, Math.max(0, (view?.testImages ?? 1) - 1));
  const given = setting("maps", "forward");
  const kind = lookKinds.find((each) => each === given) ?? "forward";
  const { value, error } = useAnswer(
    "runLook",
    view === null ? null : { index, kind, version: version.value },
  );
  // The same rows as long as the answer is the same.
  const rows = useMemo(
    () =>
      value?.layers.map((layer) => <LayerRow key={layer.path} layer={layer} kind={value.kind} />),
    [value],
  );
  if (error !== null) return <Problem of={error} />;
  if (view === null || value === null) return <p class="part-title">{say(words.none)}</p>;
  const name = titleOfClass(view, value.label);
  const go = (by: number): void =>
    changeSettings({ picture: (index + by + view.testImages) % view.testImages });
  const names = view.classes.map((_, label) => titleOfClass(view, label));
  return (
    <div class="looks">
      <div class="look-head">
        <PixelPicture
          label={name}
          pixels={value.pixels}
          shape={view.settings.inputShape}
          size={112}
        />
        <div class="part">
          <span>{`${say(words.picture)} ${index + 1}: ${name}`}</span>
          <div class="controls">
            <Button onClick={() => go(-1)} label={say(words.before)}>
              ←
            </Button>
            <Button onClick={() => go(1)} label={say(words.next)}>
              →
            </Button>
          </div>
          <Choice<LookKind>
            label={say(words.shown)}
            value={kind}
            options={lookKinds.map((each) => ({
              value: each,
              label: say(words[each]),
            }))}
            onChange={(chosen) => changeSettings({ maps: chosen })}
          />
        </div>
        <ClassBars names={names} probabilities={value.probabilities} />
      </div>
      {rows}
    </div>
  );
}

function LayerRow({ layer, kind }: { readonly layer: LayerLook; readonly kind: LookKind }) {
  const { path, type, shape, values } = layer;
  if (values === null || type === "Flatten") return null;
  const most = magnitudeOf(values);
  const isList = shape.length < 3;
  const [height = 1, width = 1] = isList ? [1, shape[0]] : shape.slice(-2);
  const size = isList ? Math.min(480, Math.max(120, width * 4)) : kind === "kernels" ? 30 : 56;
  return (
    <section class="layer" aria-label={`${path} ${type}`}>
      <div class="layer-head">
        <strong>{`${path} ${type}`}</strong>
        <span class="part-title">{shape.join(" × ")}</span>
        <Legend most={most} />
      </div>
      <MapAtlas
        label={`${path} ${type}, ${say(words[kind])}`}
        values={values}
        width={width}
        height={height}
        total={shape.reduce((product, size) => product * size, 1) / (width * height)}
        size={size}
        most={most}
      />
    </section>
  );
}
