// Which tile a group of invocations computes, and into how many parts a long sum is divided. An estimate: cycles of
// one invocation for a step along the depth, and how many times over the machine is filled.
import type { ContractionTile, Workgroup } from "../../kernel/ir.ts";
import { membersOf, sharedBytesOf } from "../../kernel/walk.ts";

export interface ProductSizes {
  /** Products beside each other. */
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export interface Division {
  readonly tile: ContractionTile;
  /** Parts of the depth that are summed apart. */
  readonly parts: number;
  readonly perPart: number;
  /** Estimated, of one invocation while the machine is full. */
  readonly cycles: number;
}

/** Steps along the depth that are loaded together. */
const depth = 16;

/** Sizes of tiles: rows, columns, rows and columns of one invocation. */
export const tiles: readonly ContractionTile[] = (
  [
    [8, 32, 4, 4],
    [8, 64, 4, 4],
    [16, 16, 4, 4],
    [16, 32, 4, 4],
    [32, 16, 4, 4],
    [16, 64, 4, 4],
    [32, 32, 4, 4],
    [64, 16, 4, 4],
    [32, 64, 4, 4],
    [64, 32, 4, 4],
    [64, 64, 4, 4],
    [64, 128, 4, 8],
    [128, 64, 8, 4],
    [128, 128, 8, 8],
  ] as const
).map(([rows, columns, ownRows, ownColumns]) => ({ rows, columns, depth, ownRows, ownColumns }));

/** Invocations that start together whether there is work for all of them or not. */
const warp = 32;
/** Cycles of reading an operand from shared memory, and of computing one from the memory of all. */
const sharedLoad = 1.5;
const load = 8;
/**
 * An element that is written to the memory of all, or read from it, takes as long as so many multiply-adds of a machine that is
 * full: cards compute 30 to 35 · 10¹² of them a second, and move 1.0 to 1.2 · 10¹² elements.
 */
export const throughMemory = 28;
/** What another kernel costs, in cycles of a machine that is full, and each part that an invocation of it adds. */
export const kernelCycles = 500;
const addition = 4;
const mostParts = 2048;

/**
 * The division that is estimated to take least time; it depends on sizes and the target alone. How operands are held counts
 * only where memory is short: the same sums in the same order then differ by the rounding of operands and nothing else.
 */
export function divide(sizes: ProductSizes, target: Workgroup): Division {
  const { members, sharedBytes, busy, operands = "float32" } = target;
  let best: Division | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const tile of tiles) {
    if (membersOf(tile) > members || sharedBytesOf(tile, operands) > sharedBytes) continue;
    for (let parts = 1; parts <= mostParts; parts *= 2) {
      const perPart = Math.ceil(sizes.depth / parts / depth) * depth;
      if (parts > 1 && (parts - 1) * perPart >= sizes.depth) break;
      const cycles = estimate(sizes, tile, parts, perPart, busy);
      if (cycles >= least) continue;
      least = cycles;
      best = { tile, parts, perPart, cycles };
    }
  }
  if (best === null) throw new Error("plan: no tile fits this machine's groups of invocations");
  return best;
}

function estimate(
  { batches, rows, columns }: ProductSizes,
  tile: ContractionTile,
  parts: number,
  perPart: number,
  busy: number,
): number {
  const members = membersOf(tile);
  const groups = batches * parts * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  const invocations = groups * Math.ceil(members / warp) * warp;
  const { ownRows, ownColumns } = tile;
  const step =
    ownRows * ownColumns +
    sharedLoad * (ownRows + ownColumns) +
    (load * (tile.rows + tile.columns)) / members;
  // Parts are written, and read again.
  const moved = (2 * throughMemory * batches * rows * columns) / busy;
  const second = parts === 1 ? 0 : kernelCycles + parts * Math.max(addition, moved);
  return Math.max(1, invocations / busy) * step * perPart + second;
}
