// An edge that moves by one pixel: what changes in the detector's response, and what after pooling.

import type { Map2d } from "../../engine/maps.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Heatmap, Legend } from "../../ui/Heatmap.tsx";
import { Problem } from "../../ui/Problem.tsx";

const words = {
  title: { en: "Before and after one step to the right", zh: "右移一个像素前后" },
  edge: { en: "Edge after column", zh: "边缘位于该列之后" },
  stride: { en: "Pooling", zh: "汇聚" },
  apart: { en: "2 × 2, stride 2", zh: "2 × 2，步幅 2" },
  overlap: { en: "2 × 2, stride 1", zh: "2 × 2，步幅 1" },
  picture: { en: "Picture", zh: "图像" },
  response: { en: "Edge response", zh: "边缘响应" },
  pooled: { en: "Pooled", zh: "汇聚后" },
  before: { en: "before", zh: "移动前" },
  after: { en: "after", zh: "移动后" },
};

/** Edges after an odd column share a window with the next column, those after an even one do not. */
const size = 9;

export function MovingEdge() {
  const edge = countSetting("edge", 3, 1, size - 2);
  const stride = countSetting("step", 2, 1, 2);
  const asked = { size, kernelSize: 2, stride };
  const before = useAnswer("movedEdge", { ...asked, edge });
  const after = useAnswer("movedEdge", { ...asked, edge: edge + 1 });
  const [from, to] = [before.value, after.value];
  const moved = from && to && differing(from.response, to.response);
  const kept = from && to && differing(from.pooled, to.pooled);
  const most = from?.pooled.flat().length ?? 0;
  const caption =
    moved === null || kept === null
      ? ""
      : say({
          en: `The edge moves from column ${edge} to ${edge + 1}: ${moved} of ${(size - 1) ** 2} numbers of the response change, and ${kept} of ${most} after pooling.`,
          zh: `边缘从第 ${edge} 列移到第 ${edge + 1} 列：响应的 ${(size - 1) ** 2} 个数中有 ${moved} 个改变，汇聚后 ${most} 个数中有 ${kept} 个改变。`,
        });
  const error = before.error ?? after.error;
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.edge)}
          value={edge}
          min={1}
          max={size - 2}
          onChange={(column) => changeSettings({ edge: column })}
        />
        <Choice
          label={say(words.stride)}
          value={String(stride)}
          options={[
            { value: "2", label: say(words.apart) },
            { value: "1", label: say(words.overlap) },
          ]}
          onChange={(step) => changeSettings({ step })}
        />
      </div>
      <Problem of={error} />
      {([from, to] as const).map(
        (each, i) =>
          each !== null && (
            <div class="edge-row" key={i}>
              <span class="part-title">{say(i === 0 ? words.before : words.after)}</span>
              <Shown name={words.picture} when={i} map={each.picture} />
              <Shown name={words.response} when={i} map={each.response} />
              <Shown name={words.pooled} when={i} map={each.pooled} />
            </div>
          ),
      )}
      <Legend most={1} format={(value) => String(value).replace("-", "−")} />
    </Figure>
  );
}

function Shown({
  name,
  when,
  map,
}: {
  readonly name: { readonly en: string; readonly zh: string };
  readonly when: number;
  readonly map: Map2d;
}) {
  const title = `${say(name)}, ${say(when === 0 ? words.before : words.after)}`;
  const height = map.length;
  const width = map[0]?.length ?? 0;
  return (
    <div class="part">
      <span class="part-title">{say(name)}</span>
      <Heatmap
        label={`${title}: ${height} × ${width}`}
        values={map.flat()}
        width={width}
        height={height}
        most={1}
        size={width * 10 + 2}
      />
    </div>
  );
}

function differing(a: Map2d, b: Map2d): number {
  const other = b.flat();
  return a.flat().filter((value, i) => value !== other[i]).length;
}
