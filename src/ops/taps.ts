// Taps: which elements of an axis go into each element of the resized axis, and with which weight. Computed
// in float32 step by step as PyTorch does, so that no index differs from PyTorch's by rounding.

/** For each of `size` positions the same number of elements; shorter sums repeat an element with weight 0. */
export interface Taps {
  /** Size of the axis that is resampled. */
  readonly inputSize: number;
  /** Size of the result. */
  readonly size: number;
  /** `[size · taps]` */
  readonly index: Int32Array;
  /** `[size · taps]` */
  readonly weight: Float32Array;
}

export interface TapOptions {
  /** Do the first and the last pixel keep their place (true), or do the edges of the image (false)? */
  readonly alignCorners?: boolean;
  /** Where pixels become fewer, average over all that go into one. */
  readonly antialias?: boolean;
  /** Output pixels for each input pixel; the quotient of the sizes unless given. */
  readonly scale?: number | undefined;
}

const f = Math.fround;

/** Elements and weights of one position. */
type Sum = Map<number, number>;

/** Two neighbours, weighted by how near they are. */
export function linearTaps(inputSize: number, size: number, options: TapOptions = {}): Taps {
  if (options.antialias === true) return filteredTaps(inputSize, size, options, 1, triangle);
  // As in PyTorch, whatever the scale.
  if (size === inputSize)
    return equalTaps(
      inputSize,
      Int32Array.from({ length: size }, (_, i) => i),
    );
  const step = inputStep(inputSize, size, options);
  return gathered(inputSize, size, (i, add) => {
    const at = Math.max(0, sourceOf(i, step, options));
    const first = Math.min(Math.floor(at), inputSize - 1);
    const second = Math.min(first + 1, inputSize - 1);
    const share = Math.min(Math.max(f(at - first), 0), 1);
    add(first, f(1 - share));
    add(second, share);
  });
}

/** Four neighbours, weighted by the cubic convolution of Keys 1981 with a = −0.75. */
export function cubicTaps(inputSize: number, size: number, options: TapOptions = {}): Taps {
  if (options.antialias === true)
    return filteredTaps(inputSize, size, options, 2, (x) => cubic(x, -0.5));
  const step = inputStep(inputSize, size, options);
  return gathered(inputSize, size, (i, add) => {
    const at = sourceOf(i, step, options);
    const first = Math.floor(at);
    const share = f(at - first);
    for (let k = -1; k <= 2; k++) {
      const inside = Math.min(Math.max(first + k, 0), inputSize - 1);
      add(inside, f(cubic(Math.abs(share - k), -0.75)));
    }
  });
}

/** The pixel below or left of the position; with `exact`, the one whose centre is nearest. */
export function nearestTaps(
  inputSize: number,
  size: number,
  { scale }: TapOptions,
  exact: boolean,
): Taps {
  const step = inputStep(inputSize, size, { scale });
  const index = Int32Array.from({ length: size }, (_, i) =>
    Math.min(Math.floor(f((exact ? i + 0.5 : i) * step)), inputSize - 1),
  );
  return equalTaps(inputSize, index);
}

/** One element for each position, as it is. */
export function equalTaps(inputSize: number, index: Int32Array): Taps {
  const { length } = index;
  return { inputSize, size: length, index, weight: new Float32Array(length).fill(1) };
}

/** Where the gradient of each element comes from. */
export function adjointTaps({ inputSize, size, index, weight }: Taps): Taps {
  const taps = index.length / size;
  const sums: Sum[] = Array.from({ length: inputSize }, () => new Map());
  index.forEach((from, k) => {
    const share = weight[k] as number;
    if (share !== 0) (sums[from] as Sum).set(Math.floor(k / taps), share);
  });
  return packed(size, sums);
}

/** Input pixels from one output pixel to the next. */
function inputStep(inputSize: number, size: number, { alignCorners, scale }: TapOptions): number {
  if (alignCorners === true) return size > 1 ? f((inputSize - 1) / (size - 1)) : 0;
  return scale === undefined ? f(inputSize / size) : f(1 / scale);
}

/** Where the centre of an output pixel lies, in input pixels. */
function sourceOf(i: number, step: number, { alignCorners }: TapOptions): number {
  return alignCorners === true ? f(step * i) : f(f(step * f(i + 0.5)) - 0.5);
}

/** A filter laid over the image, as wide as what goes into one pixel; the weights add up to 1. */
function filteredTaps(
  inputSize: number,
  size: number,
  options: TapOptions,
  radius: number,
  filter: (x: number) => number,
): Taps {
  const step = inputStep(inputSize, size, options);
  const width = Math.max(step, 1);
  const support = f(radius * width);
  return gathered(inputSize, size, (i, add) => {
    const centre = f(step * f(i + 0.5));
    const from = Math.max(Math.trunc(f(f(centre - support) + 0.5)), 0);
    const to = Math.min(Math.trunc(f(f(centre + support) + 0.5)), inputSize);
    const shares = Array.from({ length: to - from }, (_, k) =>
      f(filter(f(f(f(k + from) - centre) + 0.5) * f(1 / width))),
    );
    const total = shares.reduce((a, b) => f(a + b), 0);
    shares.forEach((share, k) => {
      add(from + k, total === 0 ? share : f(share / total));
    });
  });
}

function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

/** Cubic convolution, Keys 1981, "Cubic convolution interpolation for digital image processing". */
function cubic(signed: number, a: number): number {
  const x = Math.abs(signed);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function gathered(
  inputSize: number,
  size: number,
  visit: (i: number, add: (from: number, share: number) => void) => void,
): Taps {
  const sums = Array.from({ length: size }, (_, i) => {
    const sum: Sum = new Map();
    visit(i, (from, share) => {
      const total = f((sum.get(from) ?? 0) + share);
      if (share !== 0) sum.set(from, total);
    });
    return sum;
  });
  return packed(inputSize, sums);
}

/** All sums written out to the length of the longest. */
function packed(inputSize: number, sums: readonly Sum[]): Taps {
  const taps = Math.max(1, ...sums.map(({ size }) => size));
  const index = new Int32Array(sums.length * taps);
  const weight = new Float32Array(sums.length * taps);
  sums.forEach((sum, i) => {
    let k = i * taps;
    index.fill(sum.keys().next().value ?? 0, k, k + taps);
    for (const [from, share] of sum) {
      index[k] = from;
      weight[k++] = share;
    }
  });
  return { inputSize, size: sums.length, index, weight };
}
