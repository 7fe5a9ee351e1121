// A small picture to draw on, with the pointer or with arrow keys and space.
import { useRef, useState } from "preact/hooks";
import { say } from "../text.ts";
import { Button } from "./controls.tsx";
import { colourWord, repaint, usePaint } from "./paint.ts";

export interface DrawPadProps {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** Row-major, 0 to 1. */
  readonly values: Float32Array;
  readonly size?: number;
  /** How far the pen reaches, in pixels of the picture. */
  readonly pen?: number;
  readonly onDraw: (values: Float32Array) => void;
}

const words = {
  clear: { en: "Clear", zh: "清除" },
  help: {
    en: "Draw with the pointer; with the keyboard, move by arrow keys and draw by space.",
    zh: "用指针绘制；使用键盘时，用方向键移动，用空格键绘制。",
  },
};

export function DrawPad({
  label,
  width,
  height,
  values,
  size = 224,
  pen = 1.2,
  onDraw,
}: DrawPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(values);
  latest.current = values;
  const [at, setAt] = useState({ x: Math.floor(width / 2), y: Math.floor(height / 2) });
  const [hasFocus, setFocus] = useState(false);
  usePaint(() => {
    repaint(canvas.current, (pixels) => {
      for (let i = 0; i < pixels.length; i++) {
        const level = Math.round(255 * (values[i] ?? 0));
        pixels[i] = colourWord(level, level, level);
      }
    });
  }, [values, width, height]);

  const dot = (x: number, y: number, erase = false): void => {
    const drawn = Float32Array.from(latest.current);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const near = Math.max(
          0,
          Math.min(1, pen + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y)),
        );
        const i = row * width + column;
        const before = drawn[i] as number;
        drawn[i] = erase ? Math.min(before, 1 - near) : Math.max(before, near);
      }
    }
    latest.current = drawn;
    onDraw(drawn);
  };
  const drawAt = ({ clientX, clientY, buttons }: PointerEvent): void => {
    const area = canvas.current?.getBoundingClientRect();
    if (area === undefined || buttons === 0) return;
    const x = ((clientX - area.left) / area.width) * width;
    const y = ((clientY - area.top) / area.height) * height;
    dot(x, y, buttons === 2);
  };
  const moves: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  return (
    <div class="draw-pad">
      <div class="heatmap" style={{ width: `${size}px`, aspectRatio: `${width} / ${height}` }}>
        <canvas
          ref={canvas}
          width={width}
          height={height}
          tabIndex={0}
          role="img"
          aria-label={`${label}. ${say(words.help)}`}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drawAt(event);
          }}
          onPointerMove={drawAt}
          onContextMenu={(event) => event.preventDefault()}
          onFocus={() => setFocus(true)}
          onBlur={() => setFocus(false)}
          onKeyDown={(event) => {
            const move = moves[event.key];
            if (move !== undefined) {
              const [dx, dy] = move;
              setAt(({ x, y }) => ({
                x: Math.max(0, Math.min(width - 1, x + dx)),
                y: Math.max(0, Math.min(height - 1, y + dy)),
              }));
            } else if (event.key === " ") dot(at.x + 0.5, at.y + 0.5, event.shiftKey);
            else return;
            event.preventDefault();
          }}
        />
        {hasFocus && (
          <div
            class="heatmap-box"
            style={{
              left: `${(100 * at.x) / width}%`,
              top: `${(100 * at.y) / height}%`,
              width: `${100 / width}%`,
              height: `${100 / height}%`,
            }}
          />
        )}
      </div>
      <Button onClick={() => onDraw(new Float32Array(width * height))}>{say(words.clear)}</Button>
    </div>
  );
}
