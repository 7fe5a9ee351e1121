// Names of classes as people of the language call them.
import { className } from "../learn/lenet/classNames.ts";

interface Classified {
  readonly settings: { readonly dataset: string };
  readonly classes: readonly string[];
}

/** The name of a class: that of the data set, or its translation where it is Fashion-MNIST's. */
export function titleOfClass({ settings, classes }: Classified, label: number): string {
  const isFashion = settings.dataset === "sample" || settings.dataset === "fashion-mnist";
  return isFashion ? className(label) : (classes[label] ?? String(label));
}
