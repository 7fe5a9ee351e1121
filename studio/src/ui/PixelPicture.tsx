// A picture as networks see it: grey or colour, each pixel large.
import { useEffect, useRef } from "preact/hooks";

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
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const area = width * height;
    const level = (channel: number, i: number): number =>
      255 * (pixels[Math.min(channel, channels - 1) * area + i] ?? 0);
    for (let i = 0; i < area; i++) {
      image.data.set([level(0, i), level(1, i), level(2, i), 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
  }, [pixels, channels, height, width]);
  return (
    <div class="heatmap" style={{ width: `${size}px`, aspectRatio: `${width} / ${height}` }}>
      <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />
    </div>
  );
}
