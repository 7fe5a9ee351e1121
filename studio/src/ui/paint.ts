// Painting in turns: what has changed is painted at the next frames, at each as much as leaves the page time to answer.
import { useEffect, useRef } from "preact/hooks";

/** A frame lasts 16 ms. */
const shareOfFrameMs = 6;

/** What waits for its turn, by who asked: of several pictures of one canvas only the latest is painted. */
const waiting = new Map<object, () => void>();

function paintSome(): void {
  const end = performance.now() + shareOfFrameMs;
  for (const [owner, paint] of waiting) {
    waiting.delete(owner);
    paint();
    if (performance.now() >= end) break;
  }
  if (waiting.size > 0) requestAnimationFrame(paintSome);
}

/** Paints at one of the next frames whenever an input has changed. */
export function usePaint(paint: () => void, inputs: readonly unknown[]): void {
  const owner = useRef({}).current;
  useEffect(() => {
    if (waiting.size === 0) requestAnimationFrame(paintSome);
    waiting.set(owner, paint);
  }, inputs);
  useEffect(() => () => void waiting.delete(owner), []);
}

interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
}

const surfaces = new WeakMap<HTMLCanvasElement, Surface>();

/** Gives all pixels of a canvas new colours: words of four bytes, as `colourWord` makes them, row by row. */
export function repaint(
  canvas: HTMLCanvasElement | null,
  fill: (pixels: Uint32Array) => void,
): void {
  if (canvas === null || canvas.width === 0 || canvas.height === 0) return;
  let surface = surfaces.get(canvas);
  if (surface?.image.width !== canvas.width || surface.image.height !== canvas.height) {
    const context = canvas.getContext("2d");
    if (context === null) return;
    const image = context.createImageData(canvas.width, canvas.height);
    surface = { context, image, pixels: new Uint32Array(image.data.buffer) };
    surfaces.set(canvas, surface);
  }
  surface.pixels.fill(0);
  fill(surface.pixels);
  surface.context.putImageData(surface.image, 0, 0);
}

const bytes = new Uint8Array(4);
const word = new Uint32Array(bytes.buffer);

/** An opaque colour as one number, in the order in which this machine has bytes; parts from 0 to 255. */
export function colourWord(red: number, green: number, blue: number): number {
  bytes[0] = red;
  bytes[1] = green;
  bytes[2] = blue;
  bytes[3] = 255;
  return word[0] as number;
}
