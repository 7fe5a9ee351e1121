// Checkpoints: memory for time. What a part of a network computes on the way is not kept for the backward pass,
// but computed again there.
import { after } from "../ops/after.ts";
import { detach } from "../ops/detach.ts";
import { FoveaError } from "../tensor/errors.ts";
import { Node, nextNodeId } from "../tensor/node.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { enableGrad } from "../tensor/state.ts";
import { apply, Tensor } from "../tensor/tensor.ts";
import { gradientsBelow } from "./accumulate.ts";

/**
 * Computes `fn(...inputs)`, keeping only inputs and result for the backward pass, which computes what is between
 * them a second time; as `torch.utils.checkpoint`. Values and gradients are the same bits. Random numbers (dropout)
 * are those of the first time, and running statistics are updated once: `fn` itself is called once, and what it
 * recorded is computed again.
 *
 * @param fn     part of a network; gradients also reach the parameters that it uses
 * @param inputs what it is given
 * @returns its result
 * @throws FoveaError if `fn` does not return a tensor
 * @example
 * const x = Tensor.from([1, 2], { requiresGrad: true });
 * checkpoint((x) => x.exp().sin(), x).sum().backward();
 * (await x.grad.array())[0] // -2.478…
 * @see Chen et al. 2016, "Training deep nets with sublinear memory cost"
 */
export function checkpoint<Inputs extends readonly Tensor[]>(
  fn: (...inputs: Inputs) => Tensor,
  ...inputs: Inputs
): Tensor {
  const first = nextNodeId();
  const result = fn(...inputs);
  if (!(result instanceof Tensor)) {
    throw new FoveaError("checkpoint: the function did not return a tensor", {
      facts: [{ name: "returned", value: String(result) }],
      hint: "checkpoint((x) => block.forward(x), x)",
    });
  }
  const given = new Set(inputs.map(({ node }) => node));
  const isEnd = (node: Node): boolean => node.id < first || given.has(node);
  if (!result.requiresGrad || isEnd(result.node)) return result;
  const segment = segmentOf(result.node, isEnd);
  return apply(
    checkpointOp,
    [detach(result), ...segment.ends.map((node) => new Tensor(node))],
    new Recomputed(segment, given),
  );
}

/** What `fn` recorded: values in order, each after its inputs, and what they were made of. */
interface Segment {
  readonly result: Node;
  readonly steps: readonly Node[];
  readonly ends: readonly Node[];
}

/** A segment that can be recorded again. Without enumerable fields: it says nothing about the values. */
class Recomputed {
  readonly #segment: Segment;
  readonly #given: ReadonlySet<Node>;

  constructor(segment: Segment, given: ReadonlySet<Node>) {
    this.#segment = segment;
    this.#given = given;
  }

  /**
   * Gradients of the segment's ends, from that of the result.
   * @param now the ends, in their order; other values if the segment is itself part of what is computed again
   */
  gradients(now: readonly Tensor[], grad: Tensor): (Tensor | null)[] {
    const copies = new Map<Node, Node>();
    const ends = this.#segment.ends.map((end, i) => {
      const { node } = now[i] as Tensor;
      // Parameters are there all the time; what is made of all else must wait.
      const isParameter = node.op === null && node.leaf !== null && !this.#given.has(end);
      const copy = isParameter ? node : waiting(node, grad);
      copies.set(end, copy);
      return copy;
    });
    const copyOf = (node: Node): Node => copies.get(node) ?? node;
    for (const node of this.#segment.steps) {
      const { op, params, requiresGrad, scope } = node;
      const inputs = node.inputs.map(copyOf);
      if (inputs.every((input, i) => input === node.inputs[i])) continue;
      const copy = new Node(node, op, inputs, params, requiresGrad, scope);
      copy.hooks = node.hooks;
      copies.set(node, copy);
    }
    const gradients = gradientsBelow(copyOf(this.#segment.result), grad, new Set(ends));
    return ends.map((end) => gradients.get(end) ?? null);
  }
}

/** The value, from which nothing is computed before the gradient is there. */
function waiting(end: Node, grad: Tensor): Node {
  return enableGrad(() => after(new Tensor(end), detach(grad))).node;
}

const checkpointOp = defineOp<Recomputed>({
  name: "checkpoint",
  shape: ([value]) => ({ shape: (value as TensorType).shape, dtype: (value as TensorType).dtype }),
  backward: ({ grad, inputs: [, ...ends], params }) => [null, ...params.gradients(ends, grad)],
  reference([value], output) {
    output.data.set((value as ReferenceArray).data);
  },
  lowering: { kind: "composite", build: ([value]) => value as Tensor },
  cases: [],
});

/** The values below `result`, down to where `isEnd` holds and to leaves. */
function segmentOf(result: Node, isEnd: (node: Node) => boolean): Segment {
  const steps: Node[] = [];
  const ends: Node[] = [];
  const seen = new Set<Node>([result]);
  // An explicit stack: a graph can be deeper than the call stack.
  const stack: { readonly node: Node; next: number }[] = [{ node: result, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as (typeof stack)[number];
    const { op, inputs, storage } = top.node;
    const atEnd = op === null || (storage !== null && inputs.length === 0) || isEnd(top.node);
    const input = atEnd ? undefined : inputs[top.next++];
    if (input === undefined) {
      (atEnd ? ends : steps).push(top.node);
      stack.pop();
    } else if (!seen.has(input)) {
      seen.add(input);
      stack.push({ node: input, next: 0 });
    }
  }
  return { result, steps, ends };
}
