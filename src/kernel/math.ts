// ScalarMath on kernel values: the arithmetic of pointwise ops, with the elementary functions as
// polynomials. Coefficients are minimax fits for float32 in the forms of Cephes (Moshier, 1989).
import type { ScalarKind, ScalarMath } from "../tensor/scalarMath.ts";
import type { KernelBuilder } from "./builder.ts";
import type { BinaryOperation, Comparison, Kind, UnaryOperation, Value } from "./ir.ts";

/** Exponent of 1 as float32 stores it. */
const exponentBias = 127;
/** 1.5 · 2²³ and its bits: added to a number of moderate size, it leaves no place for fractions. */
const roundingShift = 12582912;
const roundingShiftBits = 0x4b400000;

/** Writes scalar expressions into a kernel. Operands of different width meet in the wider one. */
export class KernelMath implements ScalarMath<Value> {
  readonly #k: KernelBuilder;

  constructor(builder: KernelBuilder) {
    this.#k = builder;
  }

  kindOf(value: Value): ScalarKind {
    return value.type.kind;
  }
  float(value: number): Value {
    return this.#k.const(value, 1, "float");
  }
  int(value: number): Value {
    return this.#k.const(value, 1, "int");
  }

  add(a: Value, b: Value): Value {
    return this.#binary("add", a, b);
  }
  sub(a: Value, b: Value): Value {
    return this.#binary("sub", a, b);
  }
  mul(a: Value, b: Value): Value {
    return this.#binary("mul", a, b);
  }
  div(a: Value, b: Value): Value {
    return this.#binary("div", a, b);
  }
  min(a: Value, b: Value): Value {
    return this.#binary("min", a, b);
  }
  max(a: Value, b: Value): Value {
    return this.#binary("max", a, b);
  }
  neg(a: Value): Value {
    return a.type.kind === "int" ? this.sub(this.int(0), a) : this.#unary("neg", a);
  }
  abs(a: Value): Value {
    if (a.type.kind !== "int") return this.#unary("abs", a);
    const value = this.#k.let(a);
    return this.max(value, this.neg(value));
  }
  fma(a: Value, b: Value, c: Value): Value {
    return this.#k.let(this.#k.fma(a, b, c));
  }
  sqrt(a: Value): Value {
    return this.#unary("sqrt", a);
  }
  floor(a: Value): Value {
    return this.#unary("floor", a);
  }
  ceil(a: Value): Value {
    return this.#unary("ceil", a);
  }
  trunc(a: Value): Value {
    return this.#unary("trunc", a);
  }
  round(a: Value): Value {
    return this.#unary("round", a);
  }

  /** eˣ = 2ⁿ · eʳ, n = round(x / ln 2), |r| ≤ ln 2 / 2; 2ⁿ in two factors so that the ends are right. */
  exp(a: Value): Value {
    const x = this.#clamp(a, -104, 88.8);
    const { n, p } = this.#expParts(x);
    const shifted = this.add(n, this.int(2 * exponentBias));
    const half = this.shiftRight(shifted, 1);
    return this.mul(this.mul(p, this.#powerOfTwo(half)), this.#powerOfTwo(this.sub(shifted, half)));
  }

  /** 1 / (1 + e⁻ˣ). One factor 2ⁿ is enough here: further out the result is 0 or 1 in float32. */
  sigmoid(a: Value): Value {
    const { n, p } = this.#expParts(this.#clamp(this.neg(a), -87, 88));
    const e = this.mul(p, this.#powerOfTwo(this.add(n, this.int(exponentBias))));
    return this.div(this.float(1), this.add(e, this.float(1)));
  }

  /** ln x = e · ln 2 + ln m with m in [√½, √2). */
  log(a: Value): Value {
    const x = this.#k.let(a);
    const small = this.lt(x, this.float(1.17549435e-38));
    const scaled = this.select(small, this.mul(x, this.float(8388608)), x);
    const bits = this.bitsToInt(scaled);
    const exponent = this.toFloat(this.sub(this.shiftRight(bits, 23), this.int(126)));
    const mantissa = this.bitsToFloat(
      this.bitOr(this.bitAnd(bits, this.int(0x7fffff)), this.int(0x3f000000)),
    );
    const low = this.lt(mantissa, this.float(Math.SQRT1_2));
    const m = this.sub(this.select(low, this.add(mantissa, mantissa), mantissa), this.float(1));
    const e = this.sub(
      this.sub(exponent, this.select(low, this.float(1), this.float(0))),
      this.select(small, this.float(23), this.float(0)),
    );
    const z = this.mul(m, m);
    const p = this.#polynomial(
      m,
      [
        7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
      ],
    );
    const tail = this.fma(e, this.float(-2.1219444e-4), this.mul(this.mul(p, m), z));
    const sum = this.add(m, this.fma(z, this.float(-0.5), tail));
    const result = this.fma(e, this.float(0.693359375), sum);
    const finite = this.select(this.eq(x, this.float(Number.POSITIVE_INFINITY)), x, result);
    const positive = this.select(
      this.eq(x, this.float(0)),
      this.float(Number.NEGATIVE_INFINITY),
      finite,
    );
    const invalid = this.not(this.ge(x, this.float(0)));
    return this.select(invalid, this.float(Number.NaN), positive);
  }

  /** eˣ − 1 = 2ⁿ · (eʳ − 1) + (2ⁿ − 1), halved until the end so that 2ⁿ does not overflow early. */
  expm1(a: Value): Value {
    const { n, q } = this.#expParts(this.#clamp(a, -40, 88.8));
    const half = this.#powerOfTwo(this.add(n, this.int(exponentBias - 1)));
    const result = this.fma(half, q, this.sub(half, this.float(0.5)));
    return this.add(result, result);
  }

  /** ln(1 + x) = ln u · x / (u − 1) with u = 1 + x as rounded: the errors of both factors cancel (Kahan). */
  log1p(a: Value): Value {
    const x = this.#k.let(a);
    const one = this.float(1);
    const u = this.#asRounded(this.#k.binary("add", x, one));
    const log = this.log(u);
    const corrected = this.mul(log, this.div(x, this.sub(u, one)));
    const finite = this.select(this.eq(u, this.float(Number.POSITIVE_INFINITY)), log, corrected);
    return this.select(this.eq(u, one), x, finite);
  }

  /** Near 0 an odd polynomial; further out 1 − e^p(|x|), whose error shrinks with the exponential. */
  erf(a: Value): Value {
    const x = this.#k.let(a);
    const z = this.mul(x, x);
    const magnitude = this.abs(x);
    const small = this.#polynomial(
      z,
      [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1],
    );
    const power = this.#polynomial(
      magnitude,
      [
        -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
        -1.28717512e-1,
      ],
    );
    const large = this.sub(
      this.float(1),
      this.exp(this.fma(power, magnitude, this.neg(magnitude))),
    );
    const signed = this.select(this.lt(x, this.float(0)), this.neg(large), large);
    const inner = this.lt(magnitude, this.float(0.927734375));
    return this.select(inner, this.fma(small, x, x), signed);
  }

  sin(a: Value): Value {
    return this.#sine(a, 0);
  }
  cos(a: Value): Value {
    return this.#sine(a, 1);
  }

  /** tanh x = 1 − 2 / (e²ˣ + 1), and an odd polynomial near 0 where that would cancel. */
  tanh(a: Value): Value {
    const x = this.#k.let(a);
    const magnitude = this.abs(x);
    const large = this.sub(
      this.float(1),
      this.div(this.float(2), this.add(this.exp(this.add(magnitude, magnitude)), this.float(1))),
    );
    const z = this.mul(x, x);
    const p = this.#polynomial(
      z,
      [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
    );
    const small = this.fma(this.mul(p, z), x, x);
    const signed = this.select(this.lt(x, this.float(0)), this.neg(large), large);
    return this.select(this.lt(magnitude, this.float(0.625)), small, signed);
  }

  bitAnd(a: Value, b: Value): Value {
    return this.#binary("bitAnd", a, b);
  }
  bitOr(a: Value, b: Value): Value {
    return this.#binary("bitOr", a, b);
  }
  bitXor(a: Value, b: Value): Value {
    return this.#binary("bitXor", a, b);
  }
  shiftLeft(a: Value, bits: number): Value {
    return this.#k.let(this.#k.shift("left", a, bits));
  }
  shiftRight(a: Value, bits: number): Value {
    return this.#k.let(this.#k.shift("right", a, bits));
  }

  /** From four 16-bit products, so that no machine needs 64-bit integers. */
  mulHigh(a: Value, b: Value): Value {
    const mask = this.int(0xffff);
    const [aLow, aHigh] = [this.bitAnd(a, mask), this.shiftRight(a, 16)];
    const [bLow, bHigh] = [this.bitAnd(b, mask), this.shiftRight(b, 16)];
    const first = this.add(this.mul(aHigh, bLow), this.shiftRight(this.mul(aLow, bLow), 16));
    const second = this.add(this.mul(aLow, bHigh), this.bitAnd(first, mask));
    return this.add(
      this.add(this.mul(aHigh, bHigh), this.shiftRight(first, 16)),
      this.shiftRight(second, 16),
    );
  }

  eq(a: Value, b: Value): Value {
    return this.#compare("eq", a, b);
  }
  ne(a: Value, b: Value): Value {
    return this.#compare("ne", a, b);
  }
  lt(a: Value, b: Value): Value {
    return this.#compare("lt", a, b);
  }
  le(a: Value, b: Value): Value {
    return this.#compare("le", a, b);
  }
  gt(a: Value, b: Value): Value {
    return this.#compare("gt", a, b);
  }
  ge(a: Value, b: Value): Value {
    return this.#compare("ge", a, b);
  }
  and(a: Value, b: Value): Value {
    return this.#binary("and", a, b);
  }
  or(a: Value, b: Value): Value {
    return this.#binary("or", a, b);
  }
  not(a: Value): Value {
    return this.#unary("not", a);
  }
  select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    if (whenTrue.type.kind === "mask") {
      return this.or(this.and(condition, whenTrue), this.and(this.not(condition), whenFalse));
    }
    return this.#k.let(this.#k.select(condition, whenTrue, whenFalse));
  }

  toFloat(a: Value): Value {
    return a.type.kind === "mask"
      ? this.select(a, this.float(1), this.float(0))
      : this.#convert(a, "float");
  }
  toInt(a: Value): Value {
    return this.#convert(a, "int");
  }
  toMask(a: Value): Value {
    if (a.type.kind === "mask") return a;
    return this.ne(a, a.type.kind === "int" ? this.int(0) : this.float(0));
  }
  bitsToFloat(a: Value): Value {
    return this.#k.let(this.#k.bits(a));
  }
  bitsToInt(a: Value): Value {
    return this.#k.let(this.#k.bits(a));
  }

  #binary(operation: BinaryOperation, a: Value, b: Value): Value {
    return this.#k.let(this.#k.binary(operation, a, b));
  }
  #unary(operation: UnaryOperation, a: Value): Value {
    return this.#k.let(this.#k.unary(operation, a));
  }
  #compare(comparison: Comparison, a: Value, b: Value): Value {
    return this.#k.let(this.#k.compare(comparison, a, b));
  }
  #convert(a: Value, kind: Kind): Value {
    return this.#k.let(this.#k.convert(a, kind));
  }
  #clamp(a: Value, low: number, high: number): Value {
    return this.min(this.max(a, this.float(low)), this.float(high));
  }

  /** For sums whose rounding is the point: they are not to be rearranged with what is computed from them. */
  #asRounded(a: Value): Value {
    return this.#k.let(this.#k.asRounded(a));
  }

  /** Horner's scheme, highest power first. */
  #polynomial(x: Value, coefficients: readonly number[]): Value {
    const [first, ...rest] = coefficients.map((c) => this.float(c)) as [Value, ...Value[]];
    return rest.reduce((sum, c) => this.fma(sum, x, c), first);
  }

  /**
   * n = round(x / ln 2) as an int, and p = eʳ and q = eʳ − 1 for r = x − n·ln 2, with ln 2 in two parts. Adding 1.5·2²³
   * rounds, and leaves n in the low bits of the sum: cheaper than rounding and converting.
   */
  #expParts(x: Value): { n: Value; p: Value; q: Value } {
    const sum = this.#asRounded(this.#k.fma(x, this.float(Math.LOG2E), this.float(roundingShift)));
    const rounded = this.sub(sum, this.float(roundingShift));
    const r = this.fma(
      rounded,
      this.float(2.1219444e-4),
      this.fma(rounded, this.float(-0.693359375), x),
    );
    const p = this.#polynomial(
      r,
      [
        1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
        5.0000001201e-1,
      ],
    );
    const q = this.fma(this.mul(r, r), p, r);
    return {
      n: this.sub(this.bitsToInt(sum), this.int(roundingShiftBits)),
      p: this.add(q, this.float(1)),
      q,
    };
  }

  /** 2^(biased − 127), by placing the exponent's bits. */
  #powerOfTwo(biased: Value): Value {
    return this.bitsToFloat(this.shiftLeft(biased, 23));
  }

  /** sin(x + quarter·π/2): x reduced by π/2 in three parts, exact for |x| up to some thousands. */
  #sine(a: Value, quarter: number): Value {
    const x = this.#k.let(a);
    const n = this.round(this.mul(x, this.float(2 / Math.PI)));
    const parts = [-1.5703125, -4.837512969970703e-4, -7.549789948768648e-8];
    const r = parts.reduce((rest, part) => this.fma(n, this.float(part), rest), x);
    const z = this.mul(r, r);
    const sine = this.fma(
      this.mul(this.#polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), z),
      r,
      r,
    );
    const cosine = this.fma(
      this.mul(z, z),
      this.#polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]),
      this.fma(z, this.float(-0.5), this.float(1)),
    );
    const quadrant = this.bitAnd(this.add(this.toInt(n), this.int(quarter)), this.int(3));
    const odd = this.ne(this.bitAnd(quadrant, this.int(1)), this.int(0));
    const value = this.select(odd, cosine, sine);
    return this.select(this.ge(quadrant, this.int(2)), this.neg(value), value);
  }
}
