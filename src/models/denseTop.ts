// The dense layers at the top of AlexNet and VGG.
import { Dropout, Linear, type Module, ReLU } from "../nn/index.ts";

/** Dense layers with ReLU and dropout, then one number for each class. */
export function denseTop(units: readonly number[], numClasses: number, dropout: number): Module[] {
  const hidden = units
    .slice(1)
    .flatMap((n, i) => [new Linear(units[i] as number, n), new ReLU(), new Dropout(dropout)]);
  return [...hidden, new Linear(units.at(-1) as number, numClasses)];
}
