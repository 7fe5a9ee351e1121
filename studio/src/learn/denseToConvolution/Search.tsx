// A template that is cut from a crowd, and found again.
import { sceneSize, targetSize } from "../../engine/scene.ts";
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting } from "../../location.ts";
import { say } from "../../text.ts";
import { Button, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Legend } from "../../ui/Heatmap.tsx";
import { MatrixPicture } from "../../ui/MatrixPicture.tsx";
import { Movable, type Place } from "../../ui/Movable.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { magnitudeOf } from "../../ui/scales.ts";

const words = {
  title: { en: "Looking for someone in a crowd", zh: "在人群中寻找一个人" },
  scene: { en: "Scene: drag the one with the striped shirt", zh: "场景：拖动穿条纹衫的人" },
  template: { en: "Template, less its mean", zh: "模板（减去均值）" },
  response: { en: "Response, its peak marked", zh: "响应（标出峰值）" },
  row: { en: "Row", zh: "行" },
  column: { en: "Column", zh: "列" },
  crowd: { en: "Another crowd", zh: "换一群人" },
  help: { en: "arrow keys move the target", zh: "用方向键移动目标" },
};

const most = {
  row: sceneSize.height - targetSize.height,
  column: sceneSize.width - targetSize.width,
};

export function Search() {
  const seed = countSetting("crowd", 1, 1, 1e6);
  const row = countSetting("wy", 17, 0, most.row);
  const column = countSetting("wx", 30, 0, most.column);
  const { value, error } = useAnswer("search", { seed, row, column });
  const move = (to: Place): void =>
    changeSettings({
      wy: Math.min(most.row, Math.max(0, to.row)),
      wx: Math.min(most.column, Math.max(0, to.column)),
    });
  return (
    <Figure title={say(words.title)} caption={value === null ? "" : captionOf(value.peak)}>
      <div class="controls whole-row">
        <Slider
          label={say(words.row)}
          value={row}
          min={0}
          max={most.row}
          format={fromOne}
          onChange={(to) => move({ row: to, column })}
        />
        <Slider
          label={say(words.column)}
          value={column}
          min={0}
          max={most.column}
          format={fromOne}
          onChange={(to) => move({ row, column: to })}
        />
        <Button onClick={() => changeSettings({ crowd: seed + 1 })}>{say(words.crowd)}</Button>
      </div>
      <Problem of={error} />
      {value !== null && (
        <>
          <div class="part">
            <span class="part-title">{say(words.scene)}</span>
            <Movable
              label={`${say(words.scene)}; ${say(words.help)}`}
              {...sceneSize}
              at={{ row, column }}
              onMove={move}
            >
              <MatrixPicture
                title={say(words.scene)}
                values={value.scene}
                zoom={8}
                scale="gray"
                most={1}
                box={{ x: value.peak.column, y: value.peak.row, ...targetSize }}
              />
            </Movable>
          </div>
          <div class="part">
            <span class="part-title">{say(words.template)}</span>
            <MatrixPicture title={say(words.template)} values={value.template} zoom={12} most={1} />
          </div>
          <div class="part">
            <span class="part-title">{say(words.response)}</span>
            <MatrixPicture
              title={say(words.response)}
              values={value.response}
              zoom={8}
              box={{ x: value.peak.column, y: value.peak.row, width: 1, height: 1 }}
            />
            <Legend
              most={magnitudeOf(value.response.flat())}
              format={(each) => each.toFixed(0).replace("-", "−")}
            />
          </div>
        </>
      )}
    </Figure>
  );
}

const fromOne = (at: number): string => String(at + 1);

function captionOf(peak: Place & { readonly value: number }): string {
  const [row, column, value] = [peak.row + 1, peak.column + 1, peak.value.toFixed(1)];
  return say({
    en: `The response is largest, ${value}, at row ${row}, column ${column}: there the template matches.`,
    zh: `响应在第 ${row} 行、第 ${column} 列最大，为 ${value}：模板在此处匹配。`,
  });
}
