// The networks of the benchmarks as a list of steps, which each peer builds in its own way. Parameters
// go by the names of Fovea's `stateDict`. That the outputs agree shows that the lists are right.

/** Value 0 is the input; step i makes value i + 1 from earlier ones. */
export type NetworkStep =
  | {
      readonly op: "conv";
      readonly from: number;
      readonly name: string;
      readonly stride: number;
      readonly padding: number;
    }
  | { readonly op: "linear" | "batchNorm"; readonly from: number; readonly name: string }
  | {
      readonly op: "avgPool" | "maxPool";
      readonly from: number;
      readonly kernelSize: number;
      readonly stride: number;
      readonly padding: number;
    }
  /** `shape` is [channels, height, width] of what becomes a vector: peers with other layouts need it. */
  | { readonly op: "flatten"; readonly from: number; readonly shape: readonly number[] }
  /** `mean` is over height and width, and leaves [batch, channels]. */
  | { readonly op: "sigmoid" | "relu" | "mean"; readonly from: number }
  | { readonly op: "add"; readonly from: number; readonly other: number };

class Steps {
  readonly list: NetworkStep[] = [];

  conv(from: number, name: string, stride = 1, padding = 0): number {
    return this.list.push({ op: "conv", from, name, stride, padding });
  }

  push(step: NetworkStep): number {
    return this.list.push(step);
  }
}

/** `models.lenet()`. */
export function lenetSteps(): NetworkStep[] {
  const steps = new Steps();
  const pooled = (from: number): number => {
    const active = steps.push({ op: "sigmoid", from });
    return steps.push({ op: "avgPool", from: active, kernelSize: 2, stride: 2, padding: 0 });
  };
  let at = pooled(steps.conv(0, "0", 1, 2));
  at = pooled(steps.conv(at, "3"));
  at = steps.push({ op: "flatten", from: at, shape: [16, 5, 5] });
  for (const name of ["7", "9"]) {
    at = steps.push({ op: "linear", from: at, name });
    at = steps.push({ op: "sigmoid", from: at });
  }
  steps.push({ op: "linear", from: at, name: "11" });
  return steps.list;
}

/** `models.vgg11()` without dropout. */
export function vgg11Steps(): NetworkStep[] {
  const steps = new Steps();
  const relu = (from: number): number => steps.push({ op: "relu", from });
  let at = 0;
  for (const [block, convs] of [1, 1, 2, 2, 2].entries()) {
    for (let i = 0; i < convs; i++) at = relu(steps.conv(at, `${block}.${2 * i}`, 1, 1));
    at = steps.push({ op: "maxPool", from: at, kernelSize: 2, stride: 2, padding: 0 });
  }
  at = steps.push({ op: "flatten", from: at, shape: [512, 7, 7] });
  for (const name of ["6", "9"]) at = relu(steps.push({ op: "linear", from: at, name }));
  steps.push({ op: "linear", from: at, name: "12" });
  return steps.list;
}

/** `models.resnet18()` in the textbook's form: biases in the convolutions, no normalisation on the way around. */
export function resnet18Steps(): NetworkStep[] {
  const steps = new Steps();
  const norm = (from: number, name: string): number => steps.push({ op: "batchNorm", from, name });
  const relu = (from: number): number => steps.push({ op: "relu", from });
  let at = relu(norm(steps.conv(0, "0.0", 2, 3), "0.1"));
  at = steps.push({ op: "maxPool", from: at, kernelSize: 3, stride: 2, padding: 1 });
  for (let stage = 1; stage <= 4; stage++) {
    for (let block = 0; block < 2; block++) {
      const name = `${stage}.${block}`;
      const stride = stage > 1 && block === 0 ? 2 : 1;
      const inner = relu(norm(steps.conv(at, `${name}.conv1`, stride, 1), `${name}.bn1`));
      const outer = norm(steps.conv(inner, `${name}.conv2`, 1, 1), `${name}.bn2`);
      const around = stride === 1 ? at : steps.conv(at, `${name}.downsample`, stride, 0);
      at = relu(steps.push({ op: "add", from: outer, other: around }));
    }
  }
  at = steps.push({ op: "mean", from: at });
  steps.push({ op: "linear", from: at, name: "7" });
  return steps.list;
}
