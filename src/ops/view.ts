// Views: each output element is the input element at an affine index. An op gives the map; the
// reference loops follow from it.
import type {
  AxisMap,
  BackwardContext,
  Case,
  Op,
  ReferenceArray,
  TensorType,
} from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOffsets } from "./loops.ts";

interface ViewDefinition<Params> {
  readonly name: string;
  shape(input: Shape, params: Params): Shape;
  map(input: Shape, output: Shape, params: Params): readonly AxisMap[];
  backward(grad: Tensor, x: Tensor, params: Params): Tensor;
  readonly cases: readonly Case<Params>[];
}

/** An op from its axis map. Takes any dtype. */
export function view<Params>(definition: ViewDefinition<Params>): Op<Params> {
  const { name, map } = definition;
  return {
    name,
    shape([input], params) {
      const { shape, dtype } = input as TensorType;
      return { shape: definition.shape(shape, params), dtype };
    },
    backward: ({ grad, inputs: [x], params }: BackwardContext<Params>) => [
      definition.backward(grad, x as Tensor, params),
    ],
    reference([input], output, params) {
      const x = input as ReferenceArray;
      const offsets = viewOffsets(x.shape, output.shape, map(x.shape, output.shape, params));
      for (let i = 0; i < offsets.length; i++)
        output.data[i] = x.data[offsets[i] as number] as number;
    },
    lowering: { kind: "view", map },
    cases: definition.cases,
  };
}

/** Input index = output index, on this axis. */
export function sameAxis(axis: number): AxisMap {
  return { constant: 0, terms: [{ axis, factor: 1 }] };
}
