// dropout: elements, or whole channels, left out at random while training.
import { checkOptions, OptionError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { randomKey } from "../tensor/randomKeys.ts";
import { type Shape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { broadcastOffsets } from "./loops.ts";
import { checkDomain } from "./pointwise.ts";
import { uniform, uniformOp } from "./uniform.ts";

interface DropoutParams {
  /** Probability to be left out. */
  readonly p: number;
  /** Are whole channels left out, or single elements? */
  readonly isPerChannel: boolean;
  /** What is kept becomes scale · x + shift. */
  readonly scale: number;
  readonly shift: number;
  /** What is left out becomes this. */
  readonly dropped: number;
}

const half: DropoutParams = { p: 0.5, isPerChannel: false, scale: 2, shift: 0, dropped: 0 };

const key = [
  { shape: [], dtype: "int32", values: { data: [123456789] } },
  { shape: [], dtype: "int32", values: { data: [-42] } },
] as const;

/** The key comes as inputs, so that a step that is compiled once leaves out others each time it runs. */
export const dropoutOp = defineOp<DropoutParams>({
  name: "dropout",
  shape(inputs, { isPerChannel }) {
    const [x, ...words] = inputs as readonly [TensorType, ...TensorType[]];
    checkDomain("dropout", x.dtype, "float");
    uniformOp.shape(words, { shape: maskShape(x.shape, isPerChannel) });
    return { shape: x.shape, dtype: x.dtype };
  },
  reference(inputs, output, { p, isPerChannel, scale, shift, dropped }) {
    const [x, ...words] = inputs as readonly [ReferenceArray, ...ReferenceArray[]];
    const shape = maskShape(x.shape, isPerChannel);
    const size = shape.reduce((product, n) => product * n, 1);
    const chances: ReferenceArray = { shape, dtype: "float32", data: new Float64Array(size) };
    uniformOp.reference(words, chances, { shape });
    const offsets = broadcastOffsets(shape, x.shape);
    x.data.forEach((value, i) => {
      const isKept = (chances.data[offsets[i] as number] as number) >= p;
      output.data[i] = isKept ? value * scale + shift : dropped;
    });
  },
  lowering: {
    kind: "composite",
    // A choice, not a product with a mask: if the mask is stored, it takes a byte an element.
    build(inputs, { p, isPerChannel, scale, shift, dropped }) {
      const [x, ...words] = inputs as unknown as readonly [Tensor, Tensor, Tensor];
      const isKept = uniform(maskShape(x.shape, isPerChannel), words).ge(p);
      const scaled = x.mul(scale);
      return (shift === 0 ? scaled : scaled.add(shift)).where(isKept, dropped);
    },
  },
  cases: [
    { name: "elements", inputs: [{ shape: [3, 7] }, ...key], params: half },
    {
      name: "elements of images",
      inputs: [{ shape: [5, 3, 2, 3] }, ...key],
      params: { ...half, p: 0.25, scale: 4 / 3 },
    },
    {
      name: "elements of as many images as a vector has lanes",
      inputs: [{ shape: [4, 3, 3, 3] }, ...key],
      params: half,
    },
    {
      name: "channels",
      inputs: [{ shape: [4, 5, 3, 1] }, ...key],
      params: { ...half, isPerChannel: true },
    },
    {
      name: "everything",
      inputs: [{ shape: [7] }, ...key],
      params: { ...half, p: 1, scale: 0 },
    },
    {
      name: "with a value for what is left out",
      inputs: [{ shape: [3, 5] }, ...key],
      params: { ...half, p: 0.5, scale: 0.8, shift: 0.7, dropped: -0.9 },
    },
    { name: "a scalar", inputs: [{ shape: [] }, ...key], params: half },
    { name: "an empty batch", inputs: [{ shape: [0, 3] }, ...key], params: half },
    {
      name: "integers",
      inputs: [{ shape: [3], dtype: "int32" }, ...key],
      params: half,
      refused: /takes float32, got int32/,
    },
    {
      name: "a key of floats",
      inputs: [{ shape: [3] }, { shape: [] }, { shape: [] }],
      params: half,
      refused: /the key is float32, not int32/,
    },
  ],
});

function maskShape(shape: Shape, isPerChannel: boolean): Shape {
  return isPerChannel ? shape.map((n, axis) => (axis < 2 ? n : 1)) : shape;
}

export interface DropoutOptions {
  /** Probability to be left out (default 0.5). */
  readonly p?: number;
  /** Leave out at all? If not, x comes back as it is (default true). */
  readonly training?: boolean;
}

/** Throws unless p is a probability. @internal */
export function checkProbability(where: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new OptionError(`${where}: p is ${String(p)}`, { hint: "give a probability, 0 to 1" });
}

/** The options checked; p is 0 where nothing is to be done. */
function probability(where: string, options: DropoutOptions): number {
  checkOptions(where, options, ["p", "training"]);
  const { p = 0.5, training = true } = options;
  checkProbability(where, p);
  return training ? p : 0;
}

function drop(x: Tensor, p: number, isPerChannel: boolean): Tensor {
  const floats = cast(x, "float32");
  if (p === 0) return floats;
  const scale = p === 1 ? 0 : 1 / (1 - p);
  const params = { p, isPerChannel, scale, shift: 0, dropped: 0 };
  return apply(dropoutOp, [floats, ...randomKey()], params);
}

/**
 * Each element is left out (becomes 0) with probability p, the others are divided by 1 − p, as
 * `torch.nn.functional.dropout`. The mean stays.
 *
 * Which are left out follows from `manualSeed`, or in a training run from its seed and the step; every call leaves out
 * others. What is left out is 0 also where x is not finite.
 *
 * @param x       any shape
 * @param options p: probability to be left out (default 0.5); training: `false` gives x as it is
 * @returns float32, the shape of x
 * @throws OptionError if p is no probability
 * @example await dropout(Tensor.from([1, 2]), { p: 1 }).array() // [0, 0]
 * @see Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting"
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  return drop(x, probability("dropout", options), false);
}

/**
 * As {@link dropout} with whole channels left out, as `torch.nn.functional.dropout1d`.
 * @param x `[batch, channels, length]`
 * @throws ShapeError if x has not three axes; OptionError if p is no probability
 * @example await dropout1d(Tensor.ones([1, 1, 2]), { training: false }).array() // [[[1, 1]]]
 */
export function dropout1d(x: Tensor, options: DropoutOptions = {}): Tensor {
  const p = probability("dropout1d", options);
  checkAxes("dropout1d", x, 3, "batch, channels, length");
  return drop(x, p, true);
}

/**
 * As {@link dropout} with whole channels left out, as `torch.nn.functional.dropout2d`: the pixels of a feature map
 * are much alike, so leaving out single ones does little.
 * @param x NCHW `[batch, channels, height, width]`
 * @throws ShapeError if x has not four axes; OptionError if p is no probability
 * @example await dropout2d(Tensor.ones([1, 1, 1, 2]), { p: 1 }).array() // [[[[0, 0]]]]
 * @see Tompson et al. 2015, "Efficient object localization using convolutional networks"
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  const p = probability("dropout2d", options);
  checkAxes("dropout2d", x, 4, "NCHW");
  return drop(x, p, true);
}

function checkAxes(where: string, { shape }: Tensor, axes: number, layout: string): void {
  if (shape.length === axes) return;
  throw shapeError(where, `x has ${shape.length} axes`, {
    x: { shape, layout: `needed: ${layout}` },
  });
}

/** What selu tends to far below 0: −λ·α of Klambauer et al. 2017. */
const saturation = -1.7580993408473766;

/**
 * Dropout that keeps mean 0 and variance 1, for networks of selu, as `torch.nn.functional.alpha_dropout`.
 *
 *     y = a · (x where it is kept, α′ elsewhere) + b
 *
 * with α′ = −1.758…, the limit of selu, a = 1 / √((1 − p)(1 + p·α′²)) and b = −a·p·α′.
 *
 * @param options p: probability to be left out (default 0.5); training: `false` gives x as it is
 * @throws OptionError if p is no probability
 * @example await alphaDropout(Tensor.from([1, 2]), { training: false }).array() // [1, 2]
 * @see Klambauer et al. 2017, "Self-normalizing neural networks"
 */
export function alphaDropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  const p = probability("alphaDropout", options);
  // With p = 1 nothing is left of x, and PyTorch gives 0.
  if (p === 0 || p === 1) return drop(x, p, false);
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * saturation ** 2));
  const shift = -scale * p * saturation;
  const params = { p, isPerChannel: false, scale, shift, dropped: scale * saturation + shift };
  return apply(dropoutOp, [cast(x, "float32"), ...randomKey()], params);
}
