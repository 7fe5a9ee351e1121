// Where the network looked: occlusion, saliency or Grad-CAM, laid over the picture.

import {
  type MapMethod,
  mapMethods,
  type ProbeLook,
  type ProbeMap,
} from "../engine/probe/types.ts";
import { changeSettings, countSetting, setting } from "../location.ts";
import { say } from "../text.ts";
import { Choice, Notice, Slider } from "../ui/controls.tsx";
import { Figure } from "../ui/Figure.tsx";
import { Heatmap, Legend } from "../ui/Heatmap.tsx";
import { percent } from "../ui/numbers.ts";
import { PixelPicture } from "../ui/PixelPicture.tsx";
import { Problem } from "../ui/Problem.tsx";
import { num } from "./numbers.ts";
import { useClassMap } from "./useClassMap.ts";

const words = {
  title: { en: "Where it looked", zh: "网络看了哪里" },
  method: { en: "Method", zh: "方法" },
  occlusion: { en: "occlusion", zh: "遮挡" },
  saliency: { en: "saliency, absolute", zh: "显著性，绝对值" },
  signed: { en: "saliency, signed", zh: "显著性，带符号" },
  gradcam: { en: "Grad-CAM", zh: "Grad-CAM" },
  target: { en: "Class", zh: "类别" },
  predicted: { en: "the predicted one", zh: "预测的类别" },
  patch: { en: "Patch", zh: "遮挡块" },
  stride: { en: "Step", zh: "步长" },
  layer: { en: "Layer", zh: "层" },
  progress: { en: "Progress", zh: "进度" },
  over: { en: "On the picture", zh: "叠加在图像上" },
  alone: { en: "The map alone", zh: "单独的图" },
  noMaps: {
    en: "This network has no convolution whose maps could be looked at.",
    zh: "这个网络没有可供查看的卷积特征图。",
  },
};

export function ClassMap({
  look,
  names,
}: {
  readonly look: ProbeLook;
  readonly names: readonly string[];
}) {
  const [, height, width] = look.imageShape;
  const side = Math.min(height, width);
  const given = setting("method", "occlusion");
  const method: MapMethod = mapMethods.find((each) => each === given) ?? "occlusion";
  const best = look.probabilities.indexOf(Math.max(...look.probabilities));
  const chosen = countSetting("class", -1, 0, names.length - 1);
  const target = chosen === -1 ? best : chosen;
  const patch = countSetting("patch", Math.max(1, Math.round(side / 5)), 1, side);
  const stride = countSetting("stride", Math.max(1, Math.round(side / 14)), 1, side);
  const layers = look.layers.filter(({ hasMaps }) => hasMaps);
  const usual = layers.findLast(({ type }) => type === "Conv2d") ?? layers.at(-1);
  const path = setting("cam", "");
  const layer = layers.find((each) => each.path === path) ?? usual;
  const { map, share, error } = useClassMap({
    ...{ look: look.look, method, target, patch, stride },
    layer: layer?.path ?? "",
  });
  const size = 224;
  const shown = map !== null && map.values.length === height * width ? map : null;
  const scale =
    shown?.method === "saliency" || shown?.method === "gradcam" ? "sequential" : "diverging";
  const most = shown === null || shown.most === 0 ? 1 : shown.most;
  const isNone = method === "gradcam" && layer === undefined;
  return (
    <Figure
      title={say(words.title)}
      caption={shown === null ? "" : captionOf(shown, names, { patch, layer: layer?.path ?? "" })}
    >
      <div class="controls whole-row">
        <Choice<MapMethod>
          label={say(words.method)}
          value={method}
          options={mapMethods.map((value) => ({ value, label: say(words[value]) }))}
          onChange={(value) => changeSettings({ method: value })}
        />
        <Choice
          label={say(words.target)}
          value={chosen === -1 ? "" : String(chosen)}
          options={[
            { value: "", label: `${say(words.predicted)}: ${names[best]}` },
            ...names.map((label, value) => ({ value: String(value), label })),
          ]}
          onChange={(value) => changeSettings({ class: value === "" ? null : value })}
        />
        {method === "occlusion" && (
          <>
            <Slider
              label={say(words.patch)}
              value={patch}
              min={1}
              max={side}
              format={(n) => `${n} × ${n}`}
              onChange={(n) => changeSettings({ patch: n })}
            />
            <Slider
              label={say(words.stride)}
              value={stride}
              min={1}
              max={side}
              onChange={(n) => changeSettings({ stride: n })}
            />
          </>
        )}
        {method === "gradcam" && layer !== undefined && (
          <Choice
            label={say(words.layer)}
            value={layer.path}
            options={layers.map((each) => ({
              value: each.path,
              label: `${each.path} ${each.text}`,
            }))}
            onChange={(value) => changeSettings({ cam: value })}
          />
        )}
      </div>
      <div class="progress-room whole-row">
        {share !== null && (
          <progress aria-label={say(words.progress)} value={share} max={1}>
            {percent(share, 0)}
          </progress>
        )}
      </div>
      <Problem of={error} />
      {isNone && <Notice>{say(words.noMaps)}</Notice>}
      {shown !== null && !isNone && (
        <>
          <div class="part">
            <span class="part-title">{say(words.over)}</span>
            <div class="overlaid">
              <PixelPicture
                label={say(words.over)}
                pixels={look.pixels}
                shape={look.imageShape}
                size={size}
              />
              <div class="overlay">
                <Heatmap
                  label={say(words[shown.method])}
                  values={shown.values}
                  {...{ width, height, scale, most, size }}
                />
              </div>
            </div>
          </div>
          <div class="part">
            <span class="part-title">{say(words.alone)}</span>
            <Heatmap
              label={say(words[shown.method])}
              values={shown.values}
              {...{ width, height, scale, most, size }}
            />
            <Legend scale={scale} most={most} format={num} />
          </div>
        </>
      )}
    </Figure>
  );
}

function captionOf(
  { method, target, most, rows, columns, probability }: ProbeMap,
  names: readonly string[],
  { patch, layer }: { readonly patch: number; readonly layer: string },
): string {
  const name = names[target] ?? "";
  const share = percent(probability);
  const largest = num(most);
  switch (method) {
    case "occlusion":
      return say({
        en: `A grey patch of ${patch} × ${patch} pixels at ${rows} × ${columns} places. Orange: where it hides the picture, the probability of ${name} (${share} without it) falls, at most by ${largest} on the mean of the patches over a pixel; blue: it rises.`,
        zh: `${patch} × ${patch} 像素的灰色方块放在 ${rows} × ${columns} 个位置。橙色：遮住那里，${name}的概率（不遮挡时为 ${share}）下降，对覆盖某像素的各方块取平均，变化最多 ${largest}；蓝色：概率上升。`,
      });
    case "saliency":
      return say({
        en: `How strongly the score of ${name} (${share}) changes with each pixel: the magnitude of the gradient, at most ${largest} for a change of a pixel from black to white.`,
        zh: `${name}（${share}）的得分随每个像素变化的强度：梯度的绝对值，像素由黑变白时最多为 ${largest}。`,
      });
    case "signed":
      return say({
        en: `Orange: a brighter pixel raises the score of ${name} (${share}); blue: it lowers it. The gradient, at most ${largest}.`,
        zh: `橙色：像素变亮会提高${name}（${share}）的得分；蓝色：会降低。梯度的绝对值最多为 ${largest}。`,
      });
    case "gradcam":
      return most === 0
        ? say({
            en: `Grad-CAM of ${name} (${share}) at layer ${layer} is zero everywhere: no place of its maps speaks for this class.`,
            zh: `${name}（${share}）在层 ${layer} 的 Grad-CAM 处处为零：特征图中没有支持该类别的位置。`,
          })
        : say({
            en: `Grad-CAM of ${name} (${share}): the ${rows} × ${columns} maps of layer ${layer}, each weighed by its mean gradient, summed, negative sums left out; at most ${largest}.`,
            zh: `${name}（${share}）的 Grad-CAM：层 ${layer} 的 ${rows} × ${columns} 特征图按平均梯度加权求和，舍去负值；最大为 ${largest}。`,
          });
    default:
      return method satisfies never;
  }
}
