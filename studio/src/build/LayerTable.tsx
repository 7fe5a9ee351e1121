// The network as a list: each layer with its shape, parameters, receptive field and cost; to be changed in place.
import { useState } from "preact/hooks";
import {
  addLayer,
  layerNames,
  moveLayer,
  newLayerText,
  removeLayer,
  replaceLayer,
} from "../../../src/models/text/index.ts";
import { announcement, formatCount, say } from "../text.ts";
import { Button } from "../ui/controls.tsx";
import { bytes, shortCount } from "../ui/numbers.ts";
import { replace, text } from "./draft.ts";
import type { LayerRow } from "./rows.ts";

const words = {
  layer: { en: "Layer", zh: "层" },
  output: { en: "Output", zh: "输出" },
  parameters: { en: "Parameters", zh: "参数" },
  field: { en: "Receptive field", zh: "感受野" },
  work: { en: "Multiply-adds", zh: "乘加次数" },
  memory: { en: "Memory", zh: "内存" },
  change: { en: "Change", zh: "修改" },
  up: { en: "Move up", zh: "上移" },
  down: { en: "Move down", zh: "下移" },
  remove: { en: "Remove", zh: "删除" },
  add: { en: "Add a layer", zh: "添加层" },
  addBelow: { en: "Add below", zh: "在下方添加" },
  all: { en: "All layers", zh: "全部层" },
  blocks: { en: "Blocks", zh: "块" },
  layers: { en: "Layers", zh: "层" },
  named: {
    en: "These layers have names: change them in the text.",
    zh: "这些层带有名称：请在文本中修改。",
  },
};

export interface LayerTableProps {
  readonly rows: readonly LayerRow[];
  /** The list is of an earlier text: the present one cannot be read. */
  readonly isOld: boolean;
}

export function LayerTable({ rows, isOld }: LayerTableProps) {
  const [added, setAdded] = useState("nn.ReLU");
  const count = formatCount.value;
  const total = (of: "parameters" | "multiplyAdds" | "outputBytes"): number =>
    rows.reduce((sum, { figures }) => sum + (figures?.[of] ?? 0), 0);
  const [parameters, work] = [total("parameters"), total("multiplyAdds")];
  const change = (make: () => string | null): void => {
    try {
      const next = make();
      if (next !== null) replace({ text: next });
    } catch {
      // Layers with names keep their place: the list would lose which is which.
      announcement.value = say(words.named);
    }
  };
  const add = (after?: LayerRow): void => {
    const made = newLayerText(added);
    if (made !== null) change(() => addLayer(text.value, made, after?.item));
  };
  return (
    <fieldset class="layer-list" disabled={isOld} aria-label={say(words.layers)}>
      <div class="controls">
        <div class="control">
          <label for="added-layer">{say(words.add)}</label>
          <select
            id="added-layer"
            value={added}
            onChange={({ currentTarget }) => setAdded(currentTarget.value)}
          >
            {(["nn", "models"] as const).map((from) => (
              <optgroup key={from} label={say(from === "nn" ? words.layers : words.blocks)}>
                {layerNames(from).map((name) => (
                  <option key={name} value={`${from}.${name}`}>
                    {name}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </div>
        <Button onClick={() => add()}>{say(words.add)}</Button>
      </div>
      <div class="scroll">
        <table class="data editor layer-table">
          <thead>
            <tr>
              <th scope="col">{say(words.layer)}</th>
              <th scope="col">{say(words.output)}</th>
              <th scope="col">{say(words.parameters)}</th>
              <th scope="col">{say(words.field)}</th>
              <th scope="col">{say(words.work)}</th>
              <th scope="col">{say(words.memory)}</th>
              <th scope="col">{say(words.change)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => {
              const { figures, path, item } = row;
              const name = `${path} ${item.layer.name}`;
              return (
                <tr key={i} class={row.hasProblem ? "wrong" : ""}>
                  <td>
                    <div class="layer-cell" style={{ paddingLeft: `${item.depth * 0.8}rem` }}>
                      <span class="layer-path">{path}</span>
                      <input
                        aria-label={`${say(words.layer)} ${path}`}
                        aria-invalid={row.hasProblem}
                        value={row.text.replace(/^new (nn\.)?/, "")}
                        onChange={({ currentTarget: { value } }) =>
                          change(() => replaceLayer(text.value, item, withNew(value)))
                        }
                      />
                    </div>
                  </td>
                  <td>{figures?.outputShape.slice(1).join(" × ") ?? "–"}</td>
                  <td>
                    {figures === null ? "–" : count(figures.parameters)}
                    <Bar share={(figures?.parameters ?? 0) / Math.max(1, parameters)} />
                  </td>
                  <td>{figures?.receptiveField?.join(" × ") ?? "–"}</td>
                  <td>
                    {figures === null ? "–" : shortCount(figures.multiplyAdds)}
                    <Bar share={(figures?.multiplyAdds ?? 0) / Math.max(1, work)} />
                  </td>
                  <td>{figures === null ? "–" : bytes(figures.outputBytes)}</td>
                  <td class="row-buttons">
                    <Button
                      label={`${say(words.up)}: ${name}`}
                      onClick={() => change(() => moveLayer(text.value, item, -1))}
                    >
                      ↑
                    </Button>
                    <Button
                      label={`${say(words.down)}: ${name}`}
                      onClick={() => change(() => moveLayer(text.value, item, 1))}
                    >
                      ↓
                    </Button>
                    <Button label={`${say(words.addBelow)}: ${name}`} onClick={() => add(row)}>
                      +
                    </Button>
                    <Button
                      label={`${say(words.remove)}: ${name}`}
                      onClick={() => change(() => removeLayer(text.value, item))}
                    >
                      ×
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{say(words.all)}</th>
              <td />
              <td>{count(parameters)}</td>
              <td />
              <td>{shortCount(work)}</td>
              <td>{bytes(total("outputBytes"))}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </fieldset>
  );
}

/** What is typed in a row, with the words that every layer begins with. */
function withNew(typed: string): string {
  const own = typed.trim();
  if (/^new\b/.test(own)) return own;
  return /^(nn|models)\./.test(own) ? `new ${own}` : `new nn.${own}`;
}

function Bar({ share }: { readonly share: number }) {
  return (
    <div class="bar" aria-hidden="true">
      <div style={{ width: `${100 * share}%` }} />
    </div>
  );
}
