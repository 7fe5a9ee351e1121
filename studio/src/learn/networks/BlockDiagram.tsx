// The inside of a block, drawn from its graph.
import type { BlockGraph, GraphNode } from "../../engine/blockGraph.ts";
import { say } from "../../text.ts";
import { type Connection, layoutOf, type Placed } from "./layout.ts";

const [boxWidth, boxHeight, gapX, gapY, margin] = [126, 52, 12, 22, 8];

const words = {
  input: { en: "input", zh: "输入" },
  add: { en: "+ add", zh: "+ 相加" },
  concat: { en: "join channels", zh: "连接通道" },
  relu: { en: "ReLU", zh: "ReLU" },
};

const centre = ({ column }: Placed): number => column * (boxWidth + gapX) + boxWidth / 2 + margin;
const top = ({ row }: Placed): number => row * (boxHeight + gapY) + margin;

export function BlockDiagram({
  label,
  graph,
}: {
  readonly label: string;
  readonly graph: BlockGraph;
}) {
  const { nodes, connections, rows, columns } = layoutOf(graph);
  const around = Math.max(0, ...connections.map(bulgeOf));
  const width = columns * (boxWidth + gapX) - gapX + 2 * margin + around;
  const height = rows * (boxHeight + gapY) - gapY + 2 * margin;
  return (
    <svg
      class={columns > 2 ? "block-diagram wide" : "block-diagram"}
      role="img"
      aria-label={`${label}. ${spoken(graph)}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      {connections.map((connection, i) => (
        <path key={i} class="way" d={wayOf(connection)} />
      ))}
      {nodes.map((node, i) => (
        <g key={i} class={node.kind} transform={`translate(${centre(node)} ${top(node)})`}>
          <rect x={-boxWidth / 2} width={boxWidth} height={boxHeight} rx="5" />
          <text y="17" class="name">
            {nameOf(node)}
          </text>
          <text y="31">{shortDetails(node.details)}</text>
          <text y="45">{node.shape.join(" × ")}</text>
        </g>
      ))}
    </svg>
  );
}

/** How far a way around others reaches to the right: further, the more it passes. */
function bulgeOf({ from, to, goesAround }: Connection): number {
  return goesAround ? 14 + 4 * (to.row - from.row) : 0;
}

/** Down the own column as far as possible, then over to the other; or around. */
function wayOf(connection: Connection): string {
  const { from, to, goesAround } = connection;
  if (goesAround) {
    const x = centre(from) + boxWidth / 2;
    const [y1, y2] = [top(from) + boxHeight / 2, top(to) + boxHeight / 2];
    const out = x + bulgeOf(connection);
    return `M ${x} ${y1} C ${out} ${y1} ${out} ${y1} ${out} ${y1 + 16} V ${y2 - 16} C ${out} ${y2} ${out} ${y2} ${x} ${y2}`;
  }
  const [x1, y1, x2, y2] = [centre(from), top(from) + boxHeight, centre(to), top(to)];
  const turn = y2 - gapY;
  return `M ${x1} ${y1} V ${turn} C ${x1} ${y2 - gapY / 3} ${x2} ${turn + gapY / 3} ${x2} ${y2}`;
}

function nameOf({ name, kind }: GraphNode): string {
  if (kind === "layer") return name;
  return name in words ? say(words[name as keyof typeof words]) : name;
}

/** The first of what a layer prints of itself: `96 → 128, 3×3`. */
function shortDetails(details: string): string {
  const parts = details.replace("->", "→").replaceAll("kernel ", "").split(", ");
  return parts
    .slice(0, 2)
    .join(", ")
    .replace(/(\d)x(\d)/g, "$1×$2");
}

/** The same in words: what each node is, and where its input comes from unless that is the node before it. */
function spoken(graph: BlockGraph): string {
  return graph
    .map((node, i) => {
      const sources = node.from
        .filter((place) => node.from.length > 1 || place !== i - 1)
        .map((place) => `${place + 1}`);
      const from = sources.length === 0 ? "" : ` ← ${sources.join(", ")}`;
      return `${i + 1} ${nameOf(node)} ${node.shape.join(" × ")}${from}`;
    })
    .join("; ");
}
