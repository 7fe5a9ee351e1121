// Many small maps in one canvas: the channels of a layer, the kernels of a convolution. One canvas is painted in one go,
// where hundreds would keep the page from answering.
import { useRef } from "preact/hooks";
import { say } from "../text.ts";
import { repaint, usePaint } from "./paint.ts";
import { lineWord, magnitudeOf, painterOf, type ScaleName } from "./scales.ts";
import { theme } from "./theme.ts";
import { useWidth } from "./useWidth.ts";

/** An element of one of the maps. */
export interface AtlasPlace {
  readonly map: number;
  readonly x: number;
  readonly y: number;
}

export interface MapAtlasProps {
  /** What it shows, in words. */
  readonly label: string;
  /** Map after map, each row-major. */
  readonly values: Float32Array;
  /** Columns and rows of one map. */
  readonly width: number;
  readonly height: number;
  readonly scale?: ScaleName;
  /** The value at the end of the scale; the largest magnitude unless given. */
  readonly most?: number;
  /** Width of one map on the page, about, in CSS pixels. */
  readonly size?: number;
  /** How many maps are shown at most. */
  readonly limit?: number;
  /** How many maps there are, where `values` has only the first of them. */
  readonly total?: number;
  readonly marked?: AtlasPlace | null;
  /** Makes its elements something to choose: by pointer, or by arrow keys. */
  readonly onPick?: (place: AtlasPlace) => void;
}

const gap = 1;

export function MapAtlas(props: MapAtlasProps) {
  const { label, values, width, height, scale = "diverging", most, size = 56 } = props;
  const { limit = 64, total, marked = null, onPick } = props;
  const { ref, width: room } = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const given = Math.floor(values.length / (width * height));
  const all = total ?? given;
  const count = Math.min(given, limit);
  const zoom = Math.max(1, Math.round(size / width));
  // Where a single map is wider than the page, it is scaled down.
  const columns = Math.max(1, Math.min(count, Math.floor(room / ((width + gap) * zoom))));
  const rows = Math.ceil(count / columns);
  const [across, down] = [columns * (width + gap) - gap, rows * (height + gap) - gap];
  const shade = theme.value;
  usePaint(() => {
    const end = most ?? magnitudeOf(values);
    const colour = painterOf(scale);
    const line = lineWord();
    repaint(canvas.current, (pixels) => {
      for (let map = 0; map < count; map++) {
        const left = (map % columns) * (width + gap);
        const top = Math.floor(map / columns) * (height + gap);
        // Lines to the next maps: one that is all 0 has the colour of the page.
        const isLast = left + width >= across;
        if (!isLast)
          for (let y = 0; y < height; y++) pixels[(top + y) * across + left + width] = line;
        const below = (top + height) * across + left;
        if (top + height < down) pixels.fill(line, below, below + width + (isLast ? 0 : gap));
        for (let y = 0; y < height; y++) {
          const start = (map * height + y) * width;
          const at = (top + y) * across + left;
          for (let x = 0; x < width; x++)
            pixels[at + x] = colour((values[start + x] as number) / end);
        }
      }
    });
  }, [values, width, height, scale, most, shade, columns, count, room === 0]);

  const pickAt = (clientX: number, clientY: number): void => {
    const area = canvas.current?.getBoundingClientRect();
    if (area === undefined || onPick === undefined) return;
    const x = Math.floor(((clientX - area.left) / area.width) * across);
    const y = Math.floor(((clientY - area.top) / area.height) * down);
    const map = Math.floor(y / (height + gap)) * columns + Math.floor(x / (width + gap));
    const place = { map, x: x % (width + gap), y: y % (height + gap) };
    if (map < count && place.x < width && place.y < height) onPick(place);
  };
  const move = (event: KeyboardEvent): void => {
    if (onPick === undefined) return;
    const at = marked ?? { map: 0, x: 0, y: 0 };
    const moved = movedBy(event.key, at, { width, height, count, columns });
    if (moved === null) return;
    event.preventDefault();
    onPick(moved);
  };
  const style = { width: `${across * zoom}px`, aspectRatio: `${across} / ${down}` };
  const rest =
    all > count ? say({ en: `${count} of ${all}`, zh: `共 ${all} 个，显示 ${count} 个` }) : "";
  const picture = (
    <>
      <canvas
        ref={canvas}
        width={across}
        height={down}
        {...(onPick === undefined ? { role: "img", "aria-label": label } : {})}
      />
      {marked !== null && marked.map < count && (
        <Mark place={marked} {...{ width, height, columns, across, down }} />
      )}
    </>
  );
  const isShown = room > 0 && count > 0;
  return (
    <div class="atlas" ref={ref}>
      {isShown && onPick === undefined && (
        <div class="heatmap atlas-maps" style={style}>
          {picture}
        </div>
      )}
      {isShown && onPick !== undefined && (
        <div
          class="heatmap atlas-maps"
          style={style}
          role="application"
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the mark
          tabIndex={0}
          onPointerDown={(event) => pickAt(event.clientX, event.clientY)}
          onKeyDown={move}
        >
          {picture}
        </div>
      )}
      {rest !== "" && <span class="part-title">{rest}</span>}
    </div>
  );
}

interface Grid {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
}

function Mark({
  place: { map, x, y },
  width,
  height,
  columns,
  across,
  down,
}: Grid & { readonly place: AtlasPlace; readonly across: number; readonly down: number }) {
  const left = (map % columns) * (width + gap) + x;
  const top = Math.floor(map / columns) * (height + gap) + y;
  return (
    <div
      class="heatmap-box"
      style={{
        left: `${(100 * left) / across}%`,
        top: `${(100 * top) / down}%`,
        width: `${100 / across}%`,
        height: `${100 / down}%`,
      }}
    />
  );
}

/** The place that a key leads to, over the edge of a map into the next; null for other keys. */
function movedBy(
  key: string,
  { map, x, y }: AtlasPlace,
  { width, height, columns, count }: Grid & { readonly count: number },
): AtlasPlace | null {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (step === undefined) return null;
  const [dx, dy] = step as [number, number];
  const [toX, toY] = [x + dx, y + dy];
  const column = (map % columns) + (toX < 0 ? -1 : toX >= width ? 1 : 0);
  const row = Math.floor(map / columns) + (toY < 0 ? -1 : toY >= height ? 1 : 0);
  const next = row * columns + column;
  if (column < 0 || column >= columns || row < 0 || next >= count) return { map, x, y };
  return { map: next, x: (toX + width) % width, y: (toY + height) % height };
}
