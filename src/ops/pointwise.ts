// Pointwise ops: each output element from the input elements at the same, broadcast, position.
// Written once as a scalar formula twice over: in float64 (the definition) and in `ScalarMath`
// (what every backend compiles). Loops, broadcasting and its gradient are added here.
import type { Dtype } from "../tensor/dtype.ts";
import { DtypeError } from "../tensor/errors.ts";
import type { BackwardContext, Case, Op, TensorType } from "../tensor/op.ts";
import type { ScalarMath } from "../tensor/scalarMath.ts";
import { broadcastShapes } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastOffsets, wrapInteger } from "./loops.ts";

/** One value per input. Ops with fewer than three inputs ignore the rest. */
type Operands<V> = readonly [V, V, V];

/** Which dtypes the op itself takes; its public function converts to one of them. */
export type Domain = "float" | "number" | "bool" | "any";

interface PointwiseDefinition<Params> {
  readonly name: string;
  /** Number of inputs. */
  readonly arity: 1 | 2 | 3;
  readonly domain: Domain;
  /** Dtype of the result; that of the inputs unless given. */
  readonly result?: Dtype;
  scalar(operands: Operands<number>, params: Params, dtype: Dtype): number;
  expression<V>(math: ScalarMath<V>, operands: Operands<V>, params: Params): V;
  /** Gradients in the shape of the output; summing over broadcast axes is done here. */
  readonly backward?: (context: BackwardContext<Params>) => readonly (Tensor | null)[];
  readonly cases: readonly Case<Params>[];
}

/** An op from its scalar formula. */
export function pointwise<Params = undefined>(definition: PointwiseDefinition<Params>): Op<Params> {
  const { name, arity, domain, backward } = definition;
  return {
    name,
    shape(inputs) {
      const dtype = commonDtype(name, inputs);
      checkDomain(name, dtype, domain);
      const shape = broadcastShapes(
        name,
        inputs.map((input) => input.shape),
      );
      return { shape, dtype: definition.result ?? dtype };
    },
    ...(backward === undefined
      ? {}
      : {
          backward: (context) => backward(context).map((grad, i) => sumToInput(grad, context, i)),
        }),
    reference(inputs, output, params) {
      const dtype = (inputs[0] as TensorType).dtype;
      const offsets = inputs.map((input) => broadcastOffsets(input.shape, output.shape));
      const operands: [number, number, number] = [0, 0, 0];
      for (let i = 0; i < output.data.length; i++) {
        for (let k = 0; k < arity; k++) {
          operands[k] = inputs[k]?.data[offsets[k]?.[i] as number] as number;
        }
        output.data[i] = wrapInteger(definition.scalar(operands, params, dtype), output.dtype);
      }
    },
    lowering: {
      kind: "pointwise",
      expression: (math, args, params) =>
        definition.expression(math, args as unknown as Operands<(typeof args)[number]>, params),
    },
    cases: [...definition.cases, ...domainCases(definition)],
  };
}

/** A dtype that the op does not take, if there is one. */
function domainCases<Params>({
  arity,
  domain,
  cases,
}: PointwiseDefinition<Params>): Case<Params>[] {
  const other = ({ float: "int32", number: "bool", bool: "float32", any: null } as const)[domain];
  const [first] = cases;
  if (other === null || first === undefined) return [];
  return [
    {
      name: `not for ${other}`,
      inputs: Array.from({ length: arity }, () => ({ shape: [3], dtype: other, values: [0, 2] })),
      params: first.params,
      refused: new RegExp(`: takes .*, got ${other}`),
    },
  ];
}

/** A gradient brought back to the shape of the input that was broadcast; none where none is wanted. */
function sumToInput(
  grad: Tensor | null,
  { inputs }: BackwardContext<unknown>,
  i: number,
): Tensor | null {
  const input = inputs[i] as Tensor;
  return grad === null || !input.requiresGrad ? null : grad.sumToSize(input.shape);
}

/** The one dtype of all inputs. */
export function commonDtype(op: string, inputs: readonly TensorType[]): Dtype {
  const dtypes = inputs.map((input) => input.dtype);
  const first = dtypes[0] as Dtype;
  if (dtypes.some((dtype) => dtype !== first)) {
    throw new DtypeError(`${op}: inputs have dtypes ${dtypes.join(" and ")}`, {
      hint: "convert with .to(dtype) so that both are the same",
    });
  }
  return first;
}

/** Throws unless the op takes this dtype. */
export function checkDomain(op: string, dtype: Dtype, domain: Domain): void {
  const isNumber = dtype === "float32" || dtype === "int32";
  const fits = { float: dtype === "float32", number: isNumber, bool: dtype === "bool", any: true }[
    domain
  ];
  if (fits) return;
  const wanted = { float: "float32", number: "float32 or int32", bool: "bool", any: "" }[domain];
  throw new DtypeError(`${op}: takes ${wanted}, got ${dtype}`, {
    hint: `convert first: x.to("${wanted.slice(0, 7).trim()}")`,
  });
}
