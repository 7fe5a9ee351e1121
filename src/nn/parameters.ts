// New parameters of convolutions and dense layers, with PyTorch's starting values.
import { OptionError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { Parameter, Tensor } from "../tensor/tensor.ts";
import { fans, kaimingUniform_, uniform_ } from "./init.ts";

/** Weight and bias as PyTorch starts them: both uniform on ±1/√fanIn. */
export function newWeights(
  weightShape: Shape,
  biasShape: Shape | null,
): [Parameter, Parameter | null] {
  const weight = kaimingUniform_(zeroParameter(weightShape), { a: Math.sqrt(5) });
  if (biasShape === null) return [weight, null];
  const bound = 1 / Math.sqrt(fans(weightShape).fanIn);
  return [weight, uniform_(zeroParameter(biasShape), -bound, bound)];
}

function zeroParameter(shape: Shape): Parameter {
  return filledParameter(shape, 0);
}

/** A parameter that starts as one number everywhere. */
export function filledParameter(shape: Shape, value: number): Parameter {
  return new Parameter(filled(shape, value));
}

/** Numbers in one parameter, at most: beyond, no typed array would hold them, and the generator would run out of positions. */
const mostNumbers = 2 ** 31 - 1;

/**
 * One number everywhere, stored without an op, so that building a network compiles nothing.
 * @throws OptionError for more numbers than can be kept
 */
export function filled(shape: Shape, value: number): Tensor {
  if (sizeOf(shape) > mostNumbers) {
    throw new OptionError(`a layer cannot have parameters of shape ${formatShape(shape)}`, {
      facts: [
        { name: "numbers", value: String(sizeOf(shape)) },
        { name: "most", value: String(mostNumbers) },
      ],
    });
  }
  return Tensor.ofDataLater(shape, "float32", () => new Float32Array(sizeOf(shape)).fill(value));
}
