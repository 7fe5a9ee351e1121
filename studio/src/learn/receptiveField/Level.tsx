// One level of a stack, drawn pixel by pixel, with the part that the chosen unit sees.
import type { Field } from "../../engine/handlers/receptiveFields.ts";
import { say } from "../../text.ts";
import { Heatmap } from "../../ui/Heatmap.tsx";

/** The name of a level: the input, or a layer. */
export function levelName(level: number): string {
  if (level === 0) return say({ en: "Input", zh: "输入" });
  return say({ en: `Layer ${level}`, zh: `第 ${level} 层` });
}

export interface LevelProps {
  readonly name: string;
  /** Rows and columns. */
  readonly side: number;
  /** Rows and columns of the input: all levels are drawn to the same scale. */
  readonly inputSide: number;
  /** What the first unit of the chosen layer sees here; undefined above that layer. */
  readonly field: Field | undefined;
  /** Row and column of the chosen unit. */
  readonly unit: readonly [number, number];
  readonly onPoint?: (x: number, y: number) => void;
}

export function Level({ name, side, inputSide, field, unit, onPoint }: LevelProps) {
  const box = field && {
    x: unit[1] * field.stride[1] + field.offset[1],
    y: unit[0] * field.stride[0] + field.offset[0],
    width: field.size[1],
    height: field.size[0],
  };
  // A chequered ground shows the pixels.
  const values = Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const isSeen =
      box !== undefined &&
      x >= box.x &&
      y >= box.y &&
      x < box.x + box.width &&
      y < box.y + box.height;
    return (isSeen ? 0.42 : 0.06) + ((x + y) % 2) * 0.07;
  });
  const pixel = Math.max(5, Math.min(16, Math.floor(216 / inputSide)));
  return (
    <div class="part">
      <span class="part-title">{`${name}: ${side} × ${side}`}</span>
      <div class="level">
        <Heatmap
          label={`${name}: ${side} × ${side}`}
          values={values}
          width={side}
          height={side}
          scale="sequential"
          most={1}
          size={side * pixel + 2}
          {...(box === undefined ? {} : { box })}
          {...(onPoint === undefined ? {} : { onPoint })}
        />
      </div>
    </div>
  );
}
