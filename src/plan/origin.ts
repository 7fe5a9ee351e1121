// What a launch is made of, in words and bytes: for profiles and DEBUG output.
import type { Node } from "../tensor/node.ts";
import { type KernelOrigin, outside } from "../tensor/origin.ts";
import { bytesOf } from "../tensor/tensor.ts";

/** A slot that a launch touches. */
export interface TouchedSlot {
  readonly slot: number;
  readonly bytes: number;
  readonly isWritten: boolean;
}

export interface OriginParts {
  /** Of the kernel. */
  readonly name: string;
  /** The op at the heart of the value that is being made; null if the launch belongs to none. */
  readonly core: Node | null;
  /** Nodes that the kernel computes, each after its inputs. */
  readonly computed: ReadonlySet<Node>;
  readonly slots: readonly TouchedSlot[];
  readonly slotOf: (node: Node) => number | null;
}

/** Origin of a launch; reading a few rows of a table counts as these rows. */
export function originOf({ name, core, computed, slots, slotOf }: OriginParts): KernelOrigin {
  const nodes = [...computed];
  const heart = core ?? nodes.at(-1) ?? null;
  // A kernel that only prepares or completes the core's work has a name of its own, and computes no op.
  const isCore = nodes.length > 0 || name.startsWith(heart?.op?.name ?? " ");
  if (heart !== null && !computed.has(heart) && isCore) nodes.push(heart);
  const ops = nodes.flatMap((node) => {
    const word = wordFor(node);
    return word === null ? [] : [{ op: word, path: node.scope.path }];
  });
  const rows = new Map<number, number>();
  for (const node of computed) {
    const [table] = node.inputs;
    const slot = node.op?.name === "indexSelect" && table !== undefined ? slotOf(table) : null;
    if (slot === null || table === undefined) continue;
    rows.set(slot, (rows.get(slot) ?? 0) + bytesOf({ shape: node.shape, dtype: table.dtype }));
  }
  const total = (isWritten: boolean): number =>
    slots.reduce((sum, touched) => {
      if (touched.isWritten !== isWritten) return sum;
      return sum + Math.min(touched.bytes, rows.get(touched.slot) ?? touched.bytes);
    }, 0);
  const scope = heart?.scope ?? outside;
  return {
    ...scope,
    path: scope.path || (ops.findLast(({ path }) => path !== "")?.path ?? ""),
    core: heart?.op?.name ?? "",
    ops,
    readBytes: total(false),
    writtenBytes: total(true),
  };
}

/** How people call an op in a list: a bias by its role, a constant not at all. */
function wordFor(node: Node): string | null {
  const { op, inputs } = node;
  if (
    op === null ||
    (op.lowering.kind === "pointwise" && inputs.length === 0 && op.name === "full")
  )
    return null;
  return op.name === "add" && inputs.some(isBias) ? "bias" : op.name;
}

/** A parameter of one dimension, however it is spread over the value. */
function isBias(node: Node): boolean {
  let base = node;
  while (base.storage === null && ["view", "reshape"].includes(base.op?.lowering.kind ?? ""))
    base = base.inputs[0] as Node;
  return base.owner !== null && base.leaf !== null && base.shape.length === 1;
}
