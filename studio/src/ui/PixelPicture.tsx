// A picture as networks see it: grey or colour, each pixel large.
import { useRef } from "preact/hooks";
import { colourWord, repaint, usePaint } from "./paint.ts";

export interface PixelPictureProps {
  readonly label: string;
  /** Channels, rows, columns; 0 to 1. */
  readonly pixels: Float32Array;
  readonly shape: readonly [number, number, number];
  /** Width on the page, in CSS pixels. */
  readonly size: number;
}

export function PixelPicture({ label, pixels, shape, size }: PixelPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [channels, height, width] = shape;
  usePaint(() => {
    const area = width * height;
    // A grey picture has one channel for all three.
    const [green, blue] = [Math.min(1, channels - 1) * area, Math.min(2, channels - 1) * area];
    const level = (i: number): number => Math.round(255 * (pixels[i] ?? 0));
    repaint(canvas.current, (words) => {
      for (let i = 0; i < area; i++) {
        words[i] = colourWord(level(i), level(green + i), level(blue + i));
      }
    });
  }, [pixels, channels, height, width]);
  return (
    <div class="heatmap" style={{ width: `${size}px`, aspectRatio: `${width} / ${height}` }}>
      <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />
    </div>
  );
}
