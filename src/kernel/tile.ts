// Register tiles: how many results a kernel keeps in registers at once.

/** A tile of `rows` × `columns` accumulators. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** Runs of equal tiles along an axis: `count` tiles of `size` starting at `start`. */
export interface TileRun {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

/** An axis as whole tiles and a smaller one for the rest. */
export function tileRuns(extent: number, tile: number): TileRun[] {
  const whole = Math.floor(extent / tile);
  const rest = extent - whole * tile;
  const runs: TileRun[] = [];
  if (whole > 0) runs.push({ start: 0, size: tile, count: whole });
  if (rest > 0) runs.push({ start: whole * tile, size: rest, count: 1 });
  return runs;
}

/**
 * The tile with the least estimated time for a `rows` × `columns` result, per step of the
 * reduction. A tile of r × c needs r·c multiply-adds, two a cycle but never fewer than eight in
 * flight (four cycles latency), and r + c loads, two a cycle. It must leave registers for the
 * shorter side's operands and one more (KERNELS: 12 accumulators of 15 registers, 8 without fma).
 */
export function chooseTile(rows: number, columns: number, accumulators: number): Tile {
  let best: Tile = { rows: 1, columns: 1 };
  let bestCost = Number.POSITIVE_INFINITY;
  const registers = accumulators + 3;
  for (let r = 1; r <= Math.min(rows, accumulators); r++) {
    for (let c = 1; c <= Math.min(columns, Math.floor(accumulators / r)); c++) {
      if (r * c + Math.min(r, c) + 1 > registers) continue;
      let cost = 0;
      for (const down of tileRuns(rows, r)) {
        for (const across of tileRuns(columns, c)) {
          cost += down.count * across.count * cycles(down.size, across.size);
        }
      }
      if (cost < bestCost) {
        best = { rows: r, columns: c };
        bestCost = cost;
      }
    }
  }
  return best;
}

function cycles(rows: number, columns: number): number {
  return Math.max((rows * columns) / 2, (rows + columns) / 2, 4) + 0.5;
}
