// Kernels with a chunk for each element.
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { type AxisIndex, fixed, type Place } from "../place.ts";
import type { Planner } from "../planner.ts";
import type { KernelWriter } from "../writer.ts";
import { indicesOf } from "./loops.ts";

export interface ElementKernel {
  readonly name: string;
  /** It has a chunk for each index of this box, which is not empty. */
  readonly box: Shape;
  readonly writes: readonly Place[];
  readonly flops: number;
}

/** Launches a kernel that does for each index of a box what `body` says. */
export function launchElements(
  planner: Planner,
  { name, box, writes, flops }: ElementKernel,
  body: (w: KernelWriter, at: readonly AxisIndex[]) => void,
): void {
  const w = planner.writer(name);
  for (const place of writes) w.writes(place);
  body(w, indicesOf(w, w.k.chunk, box).map(fixed));
  planner.launch(w, sizeOf(box), { flops });
}
