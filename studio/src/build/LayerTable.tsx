// The network as a list: each layer with its shape, parameters, receptive field and cost; to be changed in place.
import { useRef, useState } from "preact/hooks";
import {
  addLayer,
  itemsOf,
  layerNames,
  moveLayer,
  newLayerText,
  parseNetwork,
  removeLayer,
} from "../../../src/models/text/index.ts";
import { announcement, formatCount, say } from "../text.ts";
import { Bar } from "../ui/Bar.tsx";
import { Button } from "../ui/controls.tsx";
import { bytes, shortCount } from "../ui/numbers.ts";
import { replace, text } from "./draft.ts";
import { LayerInput } from "./LayerInput.tsx";
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
  kind: { en: "Kind of layer", zh: "层的类型" },
  add: { en: "Add at the end", zh: "添加到末尾" },
  addBelow: { en: "Add below", zh: "在下方添加" },
  all: { en: "All layers", zh: "全部层" },
  blocks: { en: "Blocks", zh: "块" },
  layers: { en: "Layers", zh: "层" },
  hint: {
    en: "+ adds a layer of the chosen kind below. Alt with ↑ or ↓ moves the layer in whose row you are.",
    zh: "+ 在下方添加所选类型的层。按住 Alt 再按 ↑ 或 ↓ 可移动当前行的层。",
  },
  old: {
    en: "The text cannot be read yet: the list waits with the layers that it had.",
    zh: "文本尚无法读取：列表保留先前的各层。",
  },
  edge: { en: "It cannot move further here.", zh: "无法再移动。" },
};

export interface LayerTableProps {
  readonly rows: readonly LayerRow[];
  /** The list is of an earlier text: the present one cannot be read. */
  readonly isOld: boolean;
}

type Part = "input" | "up" | "down" | "remove";

export function LayerTable({ rows, isOld }: LayerTableProps) {
  const [kind, setKind] = useState("nn.ReLU");
  const table = useRef<HTMLTableElement>(null);
  const count = formatCount.value;
  const total = (of: "parameters" | "multiplyAdds" | "outputBytes"): number =>
    rows.reduce((sum, { figures }) => sum + (figures?.[of] ?? 0), 0);
  const [parameters, work] = [total("parameters"), total("multiplyAdds")];

  /** Changes the text, says so, and goes on at a row of the new list. */
  const change = (next: string, done: string, at: number, part: Part): void => {
    replace({ text: next });
    announcement.value = done;
    requestAnimationFrame(() => {
      const row = table.current?.tBodies[0]?.rows[at];
      row?.querySelector<HTMLElement>(`[data-part="${part}"] :is(input, button)`)?.focus();
    });
  };
  const move = (row: LayerRow, by: -1 | 1, part: Part): void => {
    const { item } = row;
    const next = moveLayer(text.value, item, by);
    if (next === null) {
      announcement.value = say(words.edge);
      return;
    }
    const outside = item.path.slice(0, item.path.lastIndexOf(".") + 1);
    const at = itemsOf(parseNetwork(next)).findIndex(
      ({ position, depth, path }) =>
        position === item.position + by && depth === item.depth && path.startsWith(outside),
    );
    change(next, `${say(by < 0 ? words.up : words.down)}: ${row.text}`, at, part);
  };
  const add = (after?: LayerRow): void => {
    const made = newLayerText(kind);
    if (made === null) return;
    const at = after === undefined ? rows.length : rows.indexOf(after) + 1;
    change(addLayer(text.value, made, after?.item), `+ ${kind}`, at, "input");
  };
  const remove = (row: LayerRow): void => {
    const at = Math.min(rows.indexOf(row), rows.length - 2);
    change(removeLayer(text.value, row.item), `${say(words.remove)}: ${row.text}`, at, "remove");
  };

  return (
    <fieldset class="layer-list" disabled={isOld} aria-label={say(words.layers)}>
      <div class="controls">
        <div class="control">
          <label for="added-layer">{say(words.kind)}</label>
          <select
            id="added-layer"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value)}
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
      <p class="layer-hint">{say(isOld ? words.old : words.hint)}</p>
      <div class="scroll">
        <table ref={table} class="data editor layer-table">
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
              const { figures, item } = row;
              const name = `${item.path} ${item.layer.name}`;
              return (
                <tr key={i} class={row.problem === null ? "" : "wrong"}>
                  <td data-part="input">
                    <div class="layer-cell" style={{ paddingLeft: `${item.depth * 0.8}rem` }}>
                      <span class="layer-path">{item.path}</span>
                      <LayerInput row={row} onMove={(by) => move(row, by, "input")} />
                    </div>
                  </td>
                  <td data-label={say(words.output)}>
                    {figures?.outputShape.slice(1).join(" × ") ?? "–"}
                  </td>
                  <td data-label={say(words.parameters)}>
                    {figures === null ? "–" : count(figures.parameters)}
                    <Bar share={(figures?.parameters ?? 0) / Math.max(1, parameters)} />
                  </td>
                  <td data-label={say(words.field)}>
                    {figures?.receptiveField?.join(" × ") ?? "–"}
                  </td>
                  <td data-label={say(words.work)}>
                    {figures === null ? "–" : shortCount(figures.multiplyAdds)}
                    <Bar share={(figures?.multiplyAdds ?? 0) / Math.max(1, work)} />
                  </td>
                  <td data-label={say(words.memory)}>
                    {figures === null ? "–" : bytes(figures.outputBytes)}
                  </td>
                  <td class="row-buttons">
                    <span data-part="up">
                      <Button
                        label={`${say(words.up)}: ${name}`}
                        onClick={() => move(row, -1, "up")}
                      >
                        ↑
                      </Button>
                    </span>
                    <span data-part="down">
                      <Button
                        label={`${say(words.down)}: ${name}`}
                        onClick={() => move(row, 1, "down")}
                      >
                        ↓
                      </Button>
                    </span>
                    <Button label={`${say(words.addBelow)}: ${name}`} onClick={() => add(row)}>
                      +
                    </Button>
                    <span data-part="remove">
                      <Button label={`${say(words.remove)}: ${name}`} onClick={() => remove(row)}>
                        ×
                      </Button>
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{say(words.all)}</th>
              <td />
              <td data-label={say(words.parameters)}>{count(parameters)}</td>
              <td />
              <td data-label={say(words.work)}>{shortCount(work)}</td>
              <td data-label={say(words.memory)}>{bytes(total("outputBytes"))}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </fieldset>
  );
}
