// The loops behind convolution. It multiplies triples (x, weight, y) of elements: the forward pass sums
// x·weight into y, the gradients sum y·weight into x and x·y into weight, over the same triples.
import type { Shape } from "../tensor/shape.ts";
import type { Border, Pair } from "./sizes.ts";

/** What a convolution does, in full. @internal */
export interface Conv2dParams {
  readonly stride: Pair;
  readonly padding: Border;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Calls `visit` with the positions of every triple. Shapes are those of x (NCHW), weight (OIHW) and y (NCHW). */
export function forTriples(
  xShape: Shape,
  weightShape: Shape,
  yShape: Shape,
  { stride, padding, dilation, groups }: Conv2dParams,
  visit: (x: number, weight: number, y: number) => void,
): void {
  const [batch, inChannels, height, width] = xShape as [number, number, number, number];
  const [outChannels, perGroup, kernelHeight, kernelWidth] = weightShape as [
    number,
    number,
    number,
    number,
  ];
  const [, , outHeight, outWidth] = yShape as [number, number, number, number];
  const [top, , left] = padding;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / (outChannels / groups)) * perGroup;
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          const y = ((n * outChannels + o) * outHeight + oh) * outWidth + ow;
          for (let c = 0; c < perGroup; c++) {
            for (let kh = 0; kh < kernelHeight; kh++) {
              const h = oh * stride[0] + kh * dilation[0] - top;
              if (h < 0 || h >= height) continue;
              for (let kw = 0; kw < kernelWidth; kw++) {
                const w = ow * stride[1] + kw * dilation[1] - left;
                if (w < 0 || w >= width) continue;
                const x = ((n * inChannels + firstChannel + c) * height + h) * width + w;
                visit(x, ((o * perGroup + c) * kernelHeight + kh) * kernelWidth + kw, y);
              }
            }
          }
        }
      }
    }
  }
}
