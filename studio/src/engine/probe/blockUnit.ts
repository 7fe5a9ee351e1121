// One number of a block: what its parts said at the same place, and how the block puts them together, where that is known.
import { models, nn } from "../../../../src/index.ts";
import { at, type LayerSnapshot, type Values } from "./snapshot.ts";
import type { Arithmetic, BlockPart } from "./types.ts";

/** A part under the name that the block has for it; the block's own input is one too. */
interface Part {
  readonly path: string;
  readonly type: string;
  readonly output: Values;
}

/** @param inside the snapshots of what runs inside the block, in order */
export function blockUnit(
  block: LayerSnapshot,
  inside: readonly LayerSnapshot[],
  unit: readonly number[],
): Arithmetic {
  const { module, path, input } = block;
  const parts = inside.map((layer) => ({
    path: layer.path,
    type: layer.module.constructor.name,
    output: layer.output,
  }));
  const own: Part = { path, type: "input", output: input };
  const lastIn = (name: string): Part | undefined =>
    parts.findLast((part) => isIn(part.path, `${path}.${name}`));
  const all = parts.map((part) => partAt(part, unit));
  const put = (
    rule: "sum" | "rectified sum" | "part",
    operands: readonly BlockPart[],
  ): Arithmetic => {
    const sum = operands.reduce((total, { value }) => total + (value ?? Number.NaN), 0);
    const result = rule === "rectified sum" ? Math.max(sum, 0) : sum;
    return { kind: "block", rule, operands, parts: all, result };
  };
  if (module instanceof models.Residual || module instanceof models.Bottleneck) {
    const inner = lastIn(module instanceof models.Residual ? "bn2" : "bn3") ?? own;
    const around = lastIn("downsample") ?? own;
    return put("rectified sum", [partAt(inner, unit), partAt(around, unit)]);
  }
  if (module instanceof models.InvertedResidual) {
    const inner = lastIn("conv") ?? own;
    const adds = sameShape(inner.output, input) && !module.modules().some(strides);
    return put(
      "sum",
      [inner, ...(adds ? [own] : [])].map((part) => partAt(part, unit)),
    );
  }
  const joined = joinedParts(block, parts, own);
  const [channel = 0, ...place] = unit;
  let before = 0;
  for (const part of joined) {
    const channels = part.output.shape[0] as number;
    if (channel < before + channels) {
      return put("part", [partAt(part, [channel - before, ...place])]);
    }
    before += channels;
  }
  return { kind: "block", rule: null, operands: [], parts: all, result: null };
}

/** The parts whose channels, one after the other, are the block's; none where that is not known. */
function joinedParts(
  { module, path }: LayerSnapshot,
  parts: readonly Part[],
  own: Part,
): readonly Part[] {
  const lastOf = (names: readonly string[]): Part[] =>
    names.flatMap((name) => parts.findLast((part) => isIn(part.path, `${path}.${name}`)) ?? []);
  if (module instanceof models.Inception) return lastOf(["path1", "path2", "path3", "path4"]);
  if (module instanceof models.DenseBlock)
    return [own, ...lastOf(module.layers.map((_, i) => `layers.${i}`))];
  if (module instanceof models.TransitionBlock) return parts.slice(-1);
  return [];
}

function strides(module: nn.Module): boolean {
  return module instanceof nn.Conv2d && Math.max(...[module.stride].flat()) > 1;
}

function isIn(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`);
}

function sameShape(a: Values, b: Values): boolean {
  return a.shape.join() === b.shape.join();
}

function partAt({ path, type, output }: Part, unit: readonly number[]): BlockPart {
  const { shape } = output;
  const has = unit.length === shape.length && unit.every((place, i) => place < (shape[i] ?? 0));
  return { path, type, shape, value: has ? at(output, unit) : null };
}
