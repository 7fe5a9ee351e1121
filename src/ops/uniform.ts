// uniform: random numbers from a counter and a key (Philox 4x32-10), so that each element knows its
// own number: the same bits on every backend, whatever the order of computation.
import { DtypeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import type { ScalarMath } from "../tensor/scalarMath.ts";
import { checkShape, type Shape, shapeError } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { asTensor, type TensorLike } from "./operands.ts";

interface UniformParams {
  readonly shape: Shape;
}

/** Salmon, Moraes, Dror & Shaw 2011: multipliers and the steps of the key. */
const multipliers = [0xd2511f53 | 0, 0xcd9e8d57 | 0] as const;
const keySteps = [0x9e3779b9 | 0, 0xbb67ae85 | 0] as const;
const rounds = 10;

export const uniformOp = defineOp<UniformParams>({
  name: "uniform",
  shape(inputs, { shape }) {
    checkShape("uniform", shape);
    for (const key of inputs as readonly TensorType[]) {
      if (key.dtype !== "int32")
        throw new DtypeError(`uniform: the key is ${key.dtype}, not int32`);
      if (key.shape.length > 0)
        throw shapeError("uniform", "the key is two scalars", { key: key.shape });
    }
    return { shape, dtype: "float32" };
  },
  reference([key0, key1], output) {
    const key = [
      (key0 as ReferenceArray).data[0] as number,
      (key1 as ReferenceArray).data[0] as number,
    ] as const;
    for (let i = 0; i < output.data.length; i++) {
      const word = philox([i >>> 2, 0, 0, 0], key)[i & 3] as number;
      output.data[i] = (word >>> 8) * 2 ** -24;
    }
  },
  lowering: {
    kind: "pointwise",
    expression(math, args, _, index) {
      const [key0, key1] = args as readonly [(typeof args)[number], (typeof args)[number]];
      const i = index.linear();
      const zero = math.int(0);
      const words = philoxExpression(math, math.shiftRight(i, 2), key0, key1);
      const lane = math.bitAnd(i, math.int(3));
      const low = math.select(math.eq(lane, zero), words[0], words[1]);
      const high = math.select(math.eq(lane, math.int(2)), words[2], words[3]);
      const word = math.select(math.lt(lane, math.int(2)), low, high);
      return math.mul(math.toFloat(math.shiftRight(word, 8)), math.float(2 ** -24));
    },
  },
  cases: [
    { name: "a key", inputs: [key(123456789), key(-42)], params: { shape: [3, 7] } },
    { name: "another key", inputs: [key(0), key(0)], params: { shape: [33] } },
    { name: "a scalar", inputs: [key(1), key(2)], params: { shape: [] } },
    { name: "none", inputs: [key(1), key(2)], params: { shape: [0] } },
    {
      name: "a key of floats",
      inputs: [{ shape: [] }, { shape: [] }],
      params: { shape: [3] },
      refused: /the key is float32, not int32/,
    },
  ],
});

function key(value: number) {
  return { shape: [], dtype: "int32", values: { data: [value] } } as const;
}

/** The four words of one counter. @internal */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const [high0, low0] = multiplyWide(multipliers[0], c0);
    const [high1, low1] = multiplyWide(multipliers[1], c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + keySteps[0]) | 0;
    k1 = (k1 + keySteps[1]) | 0;
  }
  return [c0, c1, c2, c3];
}

/** High and low 32 bits of the unsigned product. */
function multiplyWide(a: number, b: number): [number, number] {
  const product = BigInt(a >>> 0) * BigInt(b >>> 0);
  return [Number(BigInt.asIntN(32, product >> 32n)), Number(BigInt.asIntN(32, product))];
}

/** The same in `ScalarMath`, for counters (counter, 0, 0, 0). */
function philoxExpression<V>(math: ScalarMath<V>, counter: V, key0: V, key1: V): [V, V, V, V] {
  let words: [V, V, V, V] = [counter, math.int(0), math.int(0), math.int(0)];
  let [k0, k1] = [key0, key1];
  const [m0, m1] = [math.int(multipliers[0]), math.int(multipliers[1])];
  for (let round = 0; round < rounds; round++) {
    const [c0, c1, c2, c3] = words;
    words = [
      math.bitXor(math.bitXor(math.mulHigh(m1, c2), c1), k0),
      math.mul(m1, c2),
      math.bitXor(math.bitXor(math.mulHigh(m0, c0), c3), k1),
      math.mul(m0, c0),
    ];
    if (round === rounds - 1) break;
    k0 = math.add(k0, math.int(keySteps[0]));
    k1 = math.add(k1, math.int(keySteps[1]));
  }
  return words;
}

/**
 * Random numbers in [0, 1), 24 bits each, fixed by shape and key.
 * @param shape shape of the result
 * @param key   two numbers, or int32 scalars that change from step to step
 * @returns float32
 * @throws DtypeError if the key is not int32
 * @example uniform([2, 3], [0, 1]).shape // [2, 3]
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function uniform(shape: Shape, key: readonly [TensorLike, TensorLike]): Tensor {
  return apply(
    uniformOp,
    key.map((word) => (typeof word === "number" ? asTensor(word | 0, "int32") : word)),
    { shape },
  );
}
