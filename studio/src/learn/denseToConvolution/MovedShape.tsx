// A shape that is moved, and its response, which moves along.
import { useAnswer } from "../../engine/useAnswer.ts";
import { changeSettings, countSetting, setting } from "../../location.ts";
import { say } from "../../text.ts";
import { Choice, Slider } from "../../ui/controls.tsx";
import { Figure } from "../../ui/Figure.tsx";
import { Legend } from "../../ui/Heatmap.tsx";
import { MatrixPicture } from "../../ui/MatrixPicture.tsx";
import { Movable } from "../../ui/Movable.tsx";
import { Problem } from "../../ui/Problem.tsx";
import { kernels } from "../kernels.ts";
import { shortNumber } from "../replaced.ts";

const words = {
  title: { en: "Move first, or respond first", zh: "先平移，还是先卷积" },
  picture: { en: "Picture: drag the shape", zh: "图像：拖动图形" },
  response: { en: "Response of the moved picture", zh: "平移后图像的响应" },
  moved: { en: "Moved response of the picture", zh: "图像响应平移之后" },
  row: { en: "Rows down", zh: "向下移动的行数" },
  column: { en: "Columns to the right", zh: "向右移动的列数" },
  kernel: { en: "Kernel", zh: "卷积核" },
  help: { en: "arrow keys move the shape", zh: "用方向键移动图形" },
};

const size = 16;
const home = 5;
/** The response reaches one pixel beyond the shape, and should not be cut off. */
const reach = { from: 1, to: size - 6 };
const offered = ["vertical", "horizontal", "laplace", "blur"] as const;

export function MovedShape() {
  const row = countSetting("row", home, reach.from, reach.to);
  const column = countSetting("column", home + 3, reach.from, reach.to);
  const chosen = setting("filter", "vertical");
  const name = offered.find((each) => each === chosen) ?? "vertical";
  const kernel = kernels[name].values;
  const asked = { size, row, column, home: [home, home] as const, kernel };
  const { value, error } = useAnswer("movedShape", asked);
  const within = (at: number): number => Math.min(reach.to, Math.max(reach.from, at));
  const most = kernel.flat().reduce((sum, tap) => sum + Math.max(0, tap), 0);
  const caption =
    value === null
      ? ""
      : say({
          en: `The shape lies ${shortNumber(row - home)} rows and ${shortNumber(column - home)} columns from where it was. The largest difference between the two responses is ${value.difference}.`,
          zh: `图形移动了 ${shortNumber(row - home)} 行、${shortNumber(column - home)} 列。两个响应之间的最大差为 ${value.difference}。`,
        });
  return (
    <Figure title={say(words.title)} caption={caption}>
      <div class="controls whole-row">
        <Slider
          label={say(words.row)}
          value={row - home}
          min={reach.from - home}
          max={reach.to - home}
          format={shortNumber}
          onChange={(rows) => changeSettings({ row: home + rows })}
        />
        <Slider
          label={say(words.column)}
          value={column - home}
          min={reach.from - home}
          max={reach.to - home}
          format={shortNumber}
          onChange={(columns) => changeSettings({ column: home + columns })}
        />
        <Choice
          label={say(words.kernel)}
          value={name}
          options={offered.map((each) => ({ value: each, label: say(kernels[each].name) }))}
          onChange={(filter) => changeSettings({ filter })}
        />
      </div>
      <Problem of={error} />
      {value !== null && (
        <>
          <div class="part">
            <span class="part-title">{say(words.picture)}</span>
            <Movable
              label={`${say(words.picture)}; ${say(words.help)}`}
              width={size}
              height={size}
              at={{ row, column }}
              onMove={(to) => changeSettings({ row: within(to.row), column: within(to.column) })}
            >
              <MatrixPicture
                title={say(words.picture)}
                values={value.picture}
                zoom={12}
                scale="gray"
                most={1}
              />
            </Movable>
          </div>
          <div class="part">
            <span class="part-title">{say(words.response)}</span>
            <MatrixPicture
              title={say(words.response)}
              values={value.response}
              zoom={12}
              most={most}
            />
          </div>
          <div class="part">
            <span class="part-title">{say(words.moved)}</span>
            <MatrixPicture title={say(words.moved)} values={value.moved} zoom={12} most={most} />
          </div>
          <Legend most={most} format={shortNumber} />
        </>
      )}
    </Figure>
  );
}
