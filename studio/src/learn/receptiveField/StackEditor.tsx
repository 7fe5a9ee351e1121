// The layers of the stack, to edit.
import type { StackLayer } from "../../engine/handlers/receptiveFields.ts";
import { say } from "../../text.ts";
import { Button } from "../../ui/controls.tsx";
import { mostLayers } from "./stackText.ts";

const words = {
  layer: { en: "Layer", zh: "层" },
  kind: { en: "Kind", zh: "类型" },
  conv: { en: "convolution", zh: "卷积" },
  pool: { en: "pooling", zh: "汇聚" },
  kernel: { en: "Kernel", zh: "窗口" },
  stride: { en: "Stride", zh: "步幅" },
  dilation: { en: "Dilation", zh: "膨胀" },
  padding: { en: "Padding", zh: "填充" },
  remove: { en: "Remove layer", zh: "删除层" },
  addConv: { en: "Add a convolution", zh: "添加卷积层" },
  addPool: { en: "Add pooling", zh: "添加汇聚层" },
};

const columns = ["kernel", "stride", "dilation", "padding"] as const;
const bounds = { kernel: [1, 11], stride: [1, 4], dilation: [1, 4], padding: [0, 5] } as const;

export interface StackEditorProps {
  readonly layers: readonly StackLayer[];
  readonly onChange: (layers: readonly StackLayer[]) => void;
}

export function StackEditor({ layers, onChange }: StackEditorProps) {
  const change = (at: number, changes: Partial<StackLayer>): void =>
    onChange(layers.map((layer, i) => (i === at ? { ...layer, ...changes } : layer)));
  const isFull = layers.length >= mostLayers;
  return (
    <div class="part whole-row">
      <div class="scroll">
        <table class="data editor">
          <thead>
            <tr>
              <th scope="col">{say(words.layer)}</th>
              <th scope="col">{say(words.kind)}</th>
              {columns.map((name) => (
                <th scope="col" key={name}>
                  {say(words[name])}
                </th>
              ))}
              <th />
            </tr>
          </thead>
          <tbody>
            {layers.map((layer, at) => (
              <tr key={at}>
                <th scope="row">{at + 1}</th>
                <td>
                  <select
                    aria-label={`${say(words.kind)}, ${say(words.layer)} ${at + 1}`}
                    value={layer.kind}
                    onChange={({ currentTarget }) =>
                      change(at, { kind: currentTarget.value as StackLayer["kind"] })
                    }
                  >
                    <option value="conv">{say(words.conv)}</option>
                    <option value="pool">{say(words.pool)}</option>
                  </select>
                </td>
                {columns.map((name) => (
                  <td key={name}>
                    <input
                      type="number"
                      aria-label={`${say(words[name])}, ${say(words.layer)} ${at + 1}`}
                      value={layer[name]}
                      min={bounds[name][0]}
                      max={bounds[name][1]}
                      step={1}
                      onInput={({ currentTarget }) => {
                        const typed = currentTarget.valueAsNumber;
                        if (Number.isInteger(typed) && currentTarget.checkValidity())
                          change(at, { [name]: typed });
                      }}
                    />
                  </td>
                ))}
                <td>
                  <Button
                    label={`${say(words.remove)} ${at + 1}`}
                    disabled={layers.length === 1}
                    onClick={() => onChange(layers.filter((_, i) => i !== at))}
                  >
                    ×
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="controls">
        <Button disabled={isFull} onClick={() => onChange([...layers, added.conv])}>
          {say(words.addConv)}
        </Button>
        <Button disabled={isFull} onClick={() => onChange([...layers, added.pool])}>
          {say(words.addPool)}
        </Button>
      </div>
    </div>
  );
}

const added = {
  conv: { kind: "conv", kernel: 3, stride: 1, dilation: 1, padding: 0 },
  pool: { kind: "pool", kernel: 2, stride: 2, dilation: 1, padding: 0 },
} as const satisfies Record<string, StackLayer>;
