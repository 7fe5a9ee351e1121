// Sizes and receptive fields of a stack, layer by layer.
import type { StackFields } from "../../engine/handlers/receptiveFields.ts";
import { say } from "../../text.ts";
import { levelName } from "./Level.tsx";

const words = {
  layer: { en: "Layer", zh: "层" },
  size: { en: "Output", zh: "输出" },
  field: { en: "Receptive field", zh: "感受野" },
  step: { en: "Step", zh: "间隔" },
  start: { en: "Begins at", zh: "起点" },
};

export function StackTable({ fields: { sizes, fields } }: { readonly fields: StackFields }) {
  return (
    <div class="scroll whole-row">
      <table class="data">
        <thead>
          <tr>
            {[words.layer, words.size, words.field, words.step, words.start].map((text) => (
              <th scope="col" key={text.en}>
                {say(text)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sizes.map((side, level) => {
            const seen = fields[level - 1]?.[0];
            return (
              <tr key={level}>
                <th scope="row">{levelName(level)}</th>
                <td>{`${side} × ${side}`}</td>
                <td>{seen?.size.join(" × ") ?? "1 × 1"}</td>
                <td>{seen?.stride[0] ?? 1}</td>
                <td>{String((seen?.offset[0] ?? 0) + 1).replace("-", "−")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
