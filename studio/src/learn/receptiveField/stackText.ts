// A stack of layers as a short text for the address: "c3s1d1p0-m2s2d1p0".
import type { StackLayer } from "../../engine/handlers/receptiveFields.ts";

const letters = { conv: "c", pool: "m" } as const;

/** At most this many layers, so that all levels stay in view. */
export const mostLayers = 6;

export function textOf(layers: readonly StackLayer[]): string {
  return layers
    .map(
      ({ kind, kernel, stride, dilation, padding }) =>
        `${letters[kind]}${kernel}s${stride}d${dilation}p${padding}`,
    )
    .join("-");
}

/** The layers of a text; null unless all of it can be read. */
export function layersOf(text: string): StackLayer[] | null {
  const layers: StackLayer[] = [];
  for (const part of text.split("-")) {
    const found = /^([cm])(\d{1,2})s(\d)d(\d)p(\d)$/.exec(part);
    if (found === null) return null;
    const [, kind, ...numbers] = found;
    const [kernel, stride, dilation, padding] = numbers.map(Number) as [
      number,
      number,
      number,
      number,
    ];
    layers.push({ kind: kind === "c" ? "conv" : "pool", kernel, stride, dilation, padding });
  }
  return layers.length > mostLayers ? null : layers;
}
