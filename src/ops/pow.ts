// pow: xʸ for a fixed exponent (`powScalar`, by repeated multiplication where it is whole) and for a
// tensor of exponents (`pow`).
import { DtypeError } from "../tensor/errors.ts";
import type { ScalarMath } from "../tensor/scalarMath.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { binaryCases, unaryCasesWith } from "./cases.ts";
import { full, zerosLike } from "./full.ts";
import { arithmetic, floating, type TensorLike } from "./operands.ts";
import { pointwise } from "./pointwise.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

interface PowScalarParams {
  readonly exponent: number;
}

export const powScalarOp = pointwise<PowScalarParams>({
  name: "powScalar",
  arity: 1,
  domain: "number",
  scalar: ([x], { exponent }, dtype) =>
    dtype === "int32" ? integerPower(x, exponent) : x ** exponent,
  expression: (math, [x], { exponent }) => powerExpression(math, x, exponent),
  backward: ({ grad, inputs: [x], params: { exponent } }) =>
    exponent === 0 ? [zerosLike(grad)] : [grad.mul((x as Tensor).pow(exponent - 1).mul(exponent))],
  cases: [
    ...unaryCasesWith({ exponent: 2 }, "normal", "square"),
    ...unaryCasesWith({ exponent: 2.5 }, "positive", "exponent 2.5"),
    { name: "cube", inputs: [{ shape: [7] }], params: { exponent: 3 } },
    { name: "tenth power", inputs: [{ shape: [7] }], params: { exponent: 10 } },
    {
      name: "inverse square",
      inputs: [{ shape: [7], values: "positive" }],
      params: { exponent: -2 },
    },
    {
      name: "square root",
      inputs: [{ shape: [7], values: "positive" }],
      params: { exponent: 0.5 },
    },
    { name: "exponent 0", inputs: [{ shape: [3] }], params: { exponent: 0 } },
    {
      name: "exponent −1.5",
      inputs: [{ shape: [7], values: "positive" }],
      params: { exponent: -1.5 },
    },
    {
      name: "integers",
      inputs: [{ shape: [7], dtype: "int32", values: [-9, 9] }],
      params: { exponent: 3 },
      gradient: false,
    },
    {
      name: "0 and negative numbers",
      inputs: [{ shape: [3], values: { data: [0, -2, 1] } }],
      params: { exponent: 1.5 },
      gradient: false,
    },
  ],
});

export const powOp = pointwise({
  name: "pow",
  arity: 2,
  domain: "float",
  scalar: ([x, y]) => power(x, y),
  expression(math, [x, y]) {
    // 1 to whatever power is 1, also to NaN; the logarithm of a number that is to stay as it is would round it.
    const isOne = math.eq(math.abs(x), math.float(1));
    const ofLogarithm = math.exp(math.mul(y, math.log(math.abs(x))));
    const others = math.select(math.eq(y, math.float(1)), math.abs(x), ofLogarithm);
    const magnitude = math.select(isOne, math.float(1), others);
    const half = math.mul(y, math.float(0.5));
    const isOdd = math.ne(math.floor(half), half);
    const signed = math.select(isOdd, math.neg(magnitude), magnitude);
    const infinite = math.eq(x, math.float(Number.NEGATIVE_INFINITY));
    const ofFraction = math.select(infinite, magnitude, math.float(Number.NaN));
    const ofNegative = math.select(math.eq(math.floor(y), y), signed, ofFraction);
    const power = math.select(math.lt(x, math.float(0)), ofNegative, magnitude);
    return math.select(math.eq(y, math.float(0)), math.float(1), power);
  },
  // Where y = 0 the slope in x is 0, also at x = 0; where x = 0 < y the slope in y is 0.
  backward({ grad, inputs, output }) {
    const [x, y] = inputs as [Tensor, Tensor];
    const xGrad = grad.mul(y).mul(x.pow(y.sub(1)));
    const yGrad = grad.mul(output).mul(x.log());
    const zero = full([], 0);
    return [zero.where(y.eq(0), xGrad), zero.where(x.eq(0).logicalAnd(y.ge(0)), yGrad)];
  },
  cases: [
    ...binaryCases(["positive", "normal"]),
    {
      name: "negative and zero bases",
      inputs: [
        { shape: [7], values: { data: [-2, -2, -2, 0, 0, -1.5, 3] } },
        { shape: [7], values: { data: [2, 3, 0.5, 0, 2, -3, 0] } },
      ],
      params: undefined,
      gradient: false,
    },
    {
      name: "1, infinities and NaN",
      inputs: [
        { shape: [7], values: { data: [1, 1, -1, -1, -infinity, -infinity, 2 ** 127] } },
        { shape: [7], values: { data: [nan, infinity, infinity, nan, 2.5, -2.5, 1] } },
      ],
      params: undefined,
      gradient: false,
    },
  ],
});

/** xʸ as C computes it: JavaScript has NaN where 1 is raised to NaN, and ±1 to infinity. */
function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;
}

/**
 * xʸ, broadcast, as `torch.pow`. Integers with a whole exponent stay integers.
 * @param x base, a tensor
 * @param exponent a number or a tensor
 * @throws DtypeError for a negative exponent of integers; ShapeError if the shapes do not broadcast
 * @example await pow(Tensor.from([1, 2, 3]), 2).array() // [1, 4, 9]
 */
export function pow(x: TensorLike, exponent: TensorLike): Tensor {
  if (typeof x === "number" || typeof exponent !== "number")
    return floating(powOp, [x, exponent], undefined);
  if (x.dtype === "float32" || !Number.isInteger(exponent))
    return floating(powScalarOp, [x], { exponent });
  if (exponent < 0) {
    throw new DtypeError(`pow: ${x.dtype} to the power ${exponent} is not an integer`, {
      hint: 'convert first: x.to("float32")',
    });
  }
  return arithmetic(powScalarOp, [x], { exponent });
}

/** x², as `torch.square`. @example await square(Tensor.from([3])).array() // [9] */
export function square(x: Tensor): Tensor {
  return pow(x, 2);
}

/** 1 / x, as `torch.reciprocal`. @example await reciprocal(Tensor.from([4])).array() // [0.25] */
export function reciprocal(x: Tensor): Tensor {
  return floating(powScalarOp, [x], { exponent: -1 });
}

/** Beyond this, eʸ ˡⁿ ˣ is no less exact than so many multiplications. */
const largestWhole = 64;

function powerExpression<V>(math: ScalarMath<V>, x: V, exponent: number): V {
  const isInteger = math.kindOf(x) === "int";
  if (isInteger || (Number.isInteger(exponent) && Math.abs(exponent) <= largestWhole)) {
    const power = repeatedSquares(
      math,
      x,
      Math.abs(exponent),
      isInteger ? math.int(1) : math.float(1),
    );
    return exponent < 0 ? math.div(math.float(1), power) : power;
  }
  if (exponent === 0.5) return math.sqrt(x);
  if (exponent === -0.5) return math.div(math.float(1), math.sqrt(x));
  const isOdd = Math.abs(exponent % 2) === 1;
  const magnitude = math.exp(
    math.mul(math.float(exponent), math.log(Number.isInteger(exponent) ? math.abs(x) : x)),
  );
  return isOdd ? math.select(math.lt(x, math.float(0)), math.neg(magnitude), magnitude) : magnitude;
}

/** xⁿ by squaring: n = Σ bits 2ᵏ. */
function repeatedSquares<V>(math: ScalarMath<V>, x: V, n: number, one: V): V {
  let result: V | null = null;
  let square = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? square : math.mul(result, square);
    if (rest > 1) square = math.mul(square, square);
  }
  return result ?? one;
}

function integerPower(x: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, x);
  return result;
}
