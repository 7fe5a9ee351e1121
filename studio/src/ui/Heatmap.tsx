// A picture of numbers: one pixel each, drawn large with hard edges.
import { useRef } from "preact/hooks";
import { repaint, usePaint } from "./paint.ts";
import { magnitudeOf, painterOf, type ScaleName } from "./scales.ts";
import { theme } from "./theme.ts";

export interface HeatmapProps {
  /** What it shows, in words. */
  readonly label: string;
  /** Row-major, height × width. */
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly scale?: ScaleName;
  /** The value at the end of the scale; the largest magnitude unless given. */
  readonly most?: number;
  /** Width on the page, in CSS pixels. */
  readonly size?: number;
  /** A rectangle to mark, in elements. */
  readonly box?: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly onPoint?: (x: number, y: number) => void;
  readonly onLeave?: () => void;
}

export function Heatmap({
  label,
  values,
  width,
  height,
  scale = "diverging",
  most,
  size = 112,
  box,
  onPoint,
  onLeave,
}: HeatmapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shade = theme.value;
  usePaint(() => {
    const end = most ?? magnitudeOf(values);
    const colour = painterOf(scale);
    repaint(canvas.current, (pixels) => {
      for (let i = 0; i < pixels.length; i++) pixels[i] = colour((values[i] ?? Number.NaN) / end);
    });
  }, [values, width, height, scale, most, shade]);
  const point =
    onPoint &&
    (({
      clientX,
      clientY,
      currentTarget,
    }: {
      clientX: number;
      clientY: number;
      currentTarget: HTMLElement;
    }) => {
      const area = currentTarget.getBoundingClientRect();
      const x = Math.floor(((clientX - area.left) / area.width) * width);
      const y = Math.floor(((clientY - area.top) / area.height) * height);
      if (x >= 0 && y >= 0 && x < width && y < height) onPoint(x, y);
    });
  const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return (
    <div
      class="heatmap"
      style={{ width: `${size}px`, aspectRatio: `${width} / ${height}` }}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={onLeave}
    >
      <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />
      {box !== undefined && (
        <div
          class="heatmap-box"
          style={{
            left: share(box.x, width),
            top: share(box.y, height),
            width: share(box.width, width),
            height: share(box.height, height),
          }}
        />
      )}
    </div>
  );
}

const [rampWidth, rampHeight] = [65, 5];
const ramp = (from: number): Float32Array =>
  Float32Array.from(
    { length: rampWidth * rampHeight },
    (_, i) => from + ((1 - from) * (i % rampWidth)) / (rampWidth - 1),
  );
/** The whole of a scale: the picture stays as it is whatever the values at its ends are. */
const ramps = { signed: ramp(-1), unsigned: ramp(0) };

/** What the colours mean: the scale with the values at its ends. */
export function Legend({
  scale = "diverging",
  most,
  format = (v: number) => v.toPrecision(2).replaceAll("-", "−"),
}: {
  readonly scale?: ScaleName;
  readonly most: number;
  readonly format?: (value: number) => string;
}) {
  const from = scale === "diverging" ? -most : 0;
  return (
    <div class="legend">
      <span>{format(from)}</span>
      <Heatmap
        label={`${format(from)} … ${format(most)}`}
        values={scale === "diverging" ? ramps.signed : ramps.unsigned}
        width={rampWidth}
        height={rampHeight}
        scale={scale}
        most={1}
        size={130}
      />
      <span>{format(most)}</span>
    </div>
  );
}
