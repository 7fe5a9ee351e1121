// Starting values of parameters, as `torch.nn.init`. Each function overwrites the variable it is given
// and returns it; the trailing underscore says so, as in PyTorch.
import { OptionError, ShapeError } from "../tensor/errors.ts";
import { defaultGenerator, Generator } from "../tensor/random.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Variable } from "../tensor/tensor.ts";

export { dirac_, eye_, orthogonal_, sparse_ } from "./initMatrix.ts";
export { truncNormal_ } from "./truncNormal.ts";

/** Which side of a layer keeps its variance. */
export type FanMode = "fanIn" | "fanOut";

/** What follows the layer; it decides the gain, see {@link calculateGain}. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** Where random numbers come from. */
export interface Random {
  /** Where the random numbers come from; the default generator unless given. */
  readonly generator?: Generator;
}

export interface XavierOptions extends Random {
  /** Factor on the spread, see {@link calculateGain} (default 1). */
  readonly gain?: number;
}

export interface KaimingOptions extends Random {
  /** Negative slope of a leaky ReLU (default 0). */
  readonly a?: number;
  /** Keep the variance forward, "fanIn" (default), or backward, "fanOut". */
  readonly mode?: FanMode;
  /** What follows the layer (default "leakyRelu"). */
  readonly nonlinearity?: Nonlinearity;
}

/**
 * Inputs and outputs of one unit: for a weight `[out, in, …kernel]`, in·kernel and out·kernel.
 * @throws ShapeError for fewer than two axes
 * @example fans([6, 1, 5, 5]) // {"fanIn": 25, "fanOut": 150}
 */
export function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError(
      `init: a weight has at least 2 axes, this one has shape ${formatShape(shape)}`,
      {
        hint: "for a bias use zeros_ or uniform_",
      },
    );
  }
  const [outFeatures, inFeatures, ...kernel] = shape as [number, number, ...number[]];
  return { fanIn: inFeatures * sizeOf(kernel), fanOut: outFeatures * sizeOf(kernel) };
}

/**
 * The factor that keeps the variance through a nonlinearity, as `torch.nn.init.calculate_gain`.
 * @param slope negative slope of a leaky ReLU
 * @example calculateGain("relu") // 1.414…
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "convTranspose1d":
    case "convTranspose2d":
    case "convTranspose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + slope ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new OptionError(
        `calculateGain: unknown nonlinearity "${String(nonlinearity satisfies never)}"`,
      );
  }
}

/**
 * Uniform on `[low, high)`.
 * @throws OptionError if `low` is above `high` or not finite
 * @example init.uniform_(new Linear(2, 1).weight, -0.1, 0.1);
 */
export function uniform_<V extends Variable>(
  variable: V,
  low = 0,
  high = 1,
  options: Random = {},
): V {
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw new OptionError(`uniform_: needs finite bounds with low ≤ high, got ${low} and ${high}`);
  }
  const generator = options.generator ?? defaultGenerator;
  const own = copyOf(generator);
  generator.skipUniform(variable.numel);
  return fill(variable, (values) => {
    for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * own.uniform();
  });
}

/**
 * Normal distribution.
 * @throws OptionError if `std` is negative or a number is not finite
 * @example init.normal_(new Linear(2, 1).weight, 0, 0.01);
 */
export function normal_<V extends Variable>(
  variable: V,
  mean = 0,
  std = 1,
  options: Random = {},
): V {
  if (!Number.isFinite(mean) || !Number.isFinite(std) || std < 0) {
    throw new OptionError(`normal_: needs a finite mean and std ≥ 0, got ${mean} and ${std}`);
  }
  const generator = options.generator ?? defaultGenerator;
  const own = copyOf(generator);
  generator.skipNormal(variable.numel);
  return fill(variable, (values) => {
    for (let i = 0; i < values.length; i++) values[i] = mean + std * own.normal();
  });
}

/**
 * Every value the same, as `torch.nn.init.constant_`.
 * @example await init.constant_(new Linear(2, 1).weight, 0.5).array() // [[0.5, 0.5]]
 */
export function constant_<V extends Variable>(variable: V, value: number): V {
  return fill(variable, (values) => values.fill(value));
}

/**
 * Zeros, as `torch.nn.init.zeros_`.
 * @example await init.zeros_(new Linear(2, 1).weight).array() // [[0, 0]]
 */
export function zeros_<V extends Variable>(variable: V): V {
  return constant_(variable, 0);
}

/**
 * Ones, as `torch.nn.init.ones_`.
 * @example await init.ones_(new Linear(2, 1).weight).array() // [[1, 1]]
 */
export function ones_<V extends Variable>(variable: V): V {
  return constant_(variable, 1);
}

/**
 * Uniform on ±gain·√(6 / (fanIn + fanOut)): keeps the variance through layers that are nearly linear.
 * @throws ShapeError for fewer than two axes
 * @example init.xavierUniform_(new Linear(2, 1).weight);
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
 */
export function xavierUniform_<V extends Variable>(
  variable: V,
  { gain = 1, ...random }: XavierOptions = {},
): V {
  const { fanIn, fanOut } = fans(variable.shape);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(variable, -bound, bound, random);
}

/**
 * Normal with standard deviation gain·√(2 / (fanIn + fanOut)).
 * @throws ShapeError for fewer than two axes
 * @example init.xavierNormal_(new Linear(2, 1).weight);
 * @see Glorot & Bengio 2010
 */
export function xavierNormal_<V extends Variable>(
  variable: V,
  { gain = 1, ...random }: XavierOptions = {},
): V {
  const { fanIn, fanOut } = fans(variable.shape);
  return normal_(variable, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), random);
}

/**
 * Uniform on ±gain·√(3 / fan): keeps the variance through layers with ReLU.
 * @throws ShapeError for fewer than two axes
 * @example init.kaimingUniform_(new Linear(2, 1).weight, { nonlinearity: "relu" });
 * @see He et al. 2015, "Delving deep into rectifiers"
 */
export function kaimingUniform_<V extends Variable>(variable: V, options: KaimingOptions = {}): V {
  const bound = Math.sqrt(3) * kaimingStd(variable.shape, options);
  return uniform_(variable, -bound, bound, options);
}

/**
 * Normal with standard deviation gain / √fan.
 * @throws ShapeError for fewer than two axes
 * @example init.kaimingNormal_(new Linear(2, 1).weight, { nonlinearity: "relu" });
 * @see He et al. 2015
 */
export function kaimingNormal_<V extends Variable>(variable: V, options: KaimingOptions = {}): V {
  return normal_(variable, 0, kaimingStd(variable.shape, options), options);
}

function kaimingStd(shape: Shape, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(shape)[mode]);
}

/** A generator that stands where this one does. */
function copyOf(generator: Generator): Generator {
  return new Generator().setState(generator.state());
}

/**
 * The elements are made when they are first needed (never, where others take their place or nobody runs the network): `draw`
 * has a generator that nobody else uses, and a loop of its own, which engines make faster than one with a call for each number.
 */
function fill<V extends Variable>(variable: V, draw: (values: Float32Array) => void): V {
  const length = variable.numel;
  variable.writeLater(() => {
    const values = new Float32Array(length);
    draw(values);
    return values;
  });
  return variable;
}
