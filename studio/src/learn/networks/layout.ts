// Places for the nodes of a block's graph: rows by the longest way from the input, columns by branches.
import type { BlockGraph, GraphNode } from "../../engine/blockGraph.ts";

export interface Placed extends GraphNode {
  readonly row: number;
  /** Counted from 0; a join lies in the middle of what it joins. */
  readonly column: number;
}

export interface Connection {
  readonly from: Placed;
  readonly to: Placed;
  /** Others lie on the straight way. */
  readonly goesAround: boolean;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly connections: readonly Connection[];
  readonly rows: number;
  readonly columns: number;
}

export function layoutOf(graph: BlockGraph): Layout {
  const nodes: Placed[] = [];
  /** Nodes whose column is continued by another. */
  const continued = new Set<number>();
  let columns = 0;
  for (const node of graph) {
    const before = node.from.map((place) => nodes[place] as Placed);
    const row = Math.max(-1, ...before.map((other) => other.row)) + 1;
    const [only, ...others] = node.from;
    const isFree = only === undefined || others.length > 0 || !continued.has(only);
    const column = isFree ? middle(before.map((other) => other.column)) : columns;
    if (only !== undefined && others.length === 0) continued.add(only);
    columns = Math.max(columns, Math.floor(column) + 1);
    nodes.push({ ...node, row, column });
  }
  const first = nodes[0];
  if (first !== undefined) {
    // The input lies above the middle of what begins there.
    const begun = nodes.filter(({ from }) => from.length === 1 && from[0] === 0);
    nodes[0] = { ...first, column: middle(begun.map(({ column }) => column)) };
  }
  const connections = nodes.flatMap((to) =>
    to.from.map((place) => {
      const from = nodes[place] as Placed;
      const goesAround =
        from.column === to.column &&
        nodes.some(({ column, row }) => column === from.column && row > from.row && row < to.row);
      return { from, to, goesAround };
    }),
  );
  const rows = Math.max(...nodes.map(({ row }) => row)) + 1;
  return { nodes, connections, rows, columns };
}

/** Half-way between the outermost; 0 if there is none. */
function middle(columns: readonly number[]): number {
  return columns.length === 0 ? 0 : (Math.min(...columns) + Math.max(...columns)) / 2;
}
