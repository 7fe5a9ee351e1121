// Programs and kernels as text, for people: what `DEBUG` and the tests show.
import type {
  ContractionOperand,
  Index,
  Kernel,
  KernelProgram,
  Statement,
  TileSide,
  Value,
} from "./ir.ts";

/** One line per launch: its stage, chunks and slots. */
export function printProgram({ slots, stages, arenaBytes }: KernelProgram): string {
  const lines = stages.flatMap(({ launches }, stage) =>
    launches.map(
      ({ kernel, chunks, slots: used }) =>
        `${String(stage).padStart(3)}  ${kernel.name.padEnd(20)} ×${chunks}  ${used.map((s) => `%${s}`).join(" ")}`,
    ),
  );
  const bound = slots.filter(({ kind }) => kind === "bound").length;
  return [
    `${bound} bound slots, ${slots.length - bound} temporaries in ${arenaBytes} bytes`,
    ...lines,
  ].join("\n");
}

/** A kernel as indented pseudocode, one statement a line. */
export function printKernel({ name, buffers, chunk, body }: Kernel): string {
  const names = new Namer();
  const head = `kernel ${name}(${[chunk.name, ...buffers.map((buffer) => `${buffer.name}: ${buffer.element}`)].join(", ")})`;
  return [head, ...block(body, names, 1)].join("\n");
}

/** Short names for registers and variables, numbered as they appear. */
class Namer {
  readonly #names = new Map<number, string>();
  of(id: number, prefix: string): string {
    let name = this.#names.get(id);
    if (name === undefined) {
      name = `${prefix}${this.#names.size}`;
      this.#names.set(id, name);
    }
    return name;
  }
}

function block(statements: readonly Statement[], names: Namer, depth: number): string[] {
  const pad = "  ".repeat(depth);
  return statements.flatMap((s): string[] => {
    switch (s.op) {
      case "let":
      case "set": {
        const text = value(s.value, names);
        return [`${pad}${names.of(s.local.id, "r")} ${s.op === "let" ? "=" : "←"} ${text}`];
      }
      case "store":
        return [`${pad}${s.buffer.name}[${index(s.index, names)}] ← ${value(s.value, names)}`];
      case "letIndex":
        return [`${pad}${names.of(s.variable.id, s.variable.name)} = ${value(s.value, names)}`];
      case "if":
        return [`${pad}if ${value(s.condition, names)}`, ...block(s.body, names, depth + 1)];
      case "for": {
        const variable = names.of(s.variable.id, s.variable.name);
        const to =
          s.limit === undefined ? index(s.to, names) : `min(${index(s.to, names)}, ${s.limit})`;
        const step = s.step === 1 ? "" : ` step ${s.step}`;
        return [
          `${pad}for ${variable} = ${index(s.from, names)} … ${to}${step}`,
          ...block(s.body, names, depth + 1),
        ];
      }
      case "contract": {
        const side = ({ variable, from, limit }: TileSide): string =>
          `${names.of(variable.id, variable.name)} = ${index(from, names)} … ${limit}`;
        const { rows, columns, ownRows, ownColumns } = s.tile;
        const precision = s.operands === "float32" ? "" : ` in ${s.operands}`;
        const operand = (word: string, { along, before, body, value: v }: ContractionOperand) => [
          `${pad}  ${word} along ${along}`,
          ...block([...before, ...body], names, depth + 2),
          `${pad}    ${value(v, names)}`,
        ];
        return [
          `${pad}contract ${rows}×${columns} by ${ownRows}×${ownColumns}${precision}: ${[s.rows, s.columns, s.depth].map(side).join(", ")}`,
          ...operand("left", s.left),
          ...operand("right", s.right),
          `${pad}  ${names.of(s.sum.id, "r")} = sum`,
          ...block(s.body, names, depth + 1),
        ];
      }
      default:
        return s satisfies never;
    }
  });
}

function index({ constant, terms }: Index, names: Namer): string {
  const parts = terms.map(({ variable, factor }) => {
    const name = variable.name === "chunk" ? "chunk" : names.of(variable.id, variable.name);
    return factor === 1 ? name : `${factor}·${name}`;
  });
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(" + ");
}

function value(v: Value, names: Namer): string {
  const show = (inner: Value): string => value(inner, names);
  switch (v.op) {
    case "const":
      return String(v.value);
    case "local":
      return names.of(v.local.id, "r");
    case "load":
      return `${v.buffer.name}[${index(v.index, names)}]${v.type.lanes > 1 ? `×${v.type.lanes}` : ""}`;
    case "gather":
      return `${v.buffer.name}[${v.indices.map((i) => index(i, names)).join(" | ")}]`;
    case "splat":
      return `splat ${show(v.value)}`;
    case "unary":
      return `${v.operation}(${show(v.a)})`;
    case "binary":
      return `${v.operation}(${show(v.a)}, ${show(v.b)})`;
    case "shift":
      return `${show(v.a)} ${v.direction === "left" ? "<<" : ">>>"} ${v.bits}`;
    case "quotient":
      return `${show(v.a)} div ${v.by}`;
    case "asRounded":
      return `rounded(${show(v.a)})`;
    case "fma":
      return `fma(${show(v.a)}, ${show(v.b)}, ${show(v.c)})`;
    case "compare":
      return `${v.comparison}(${show(v.a)}, ${show(v.b)})`;
    case "select":
      return `select(${show(v.mask)}, ${show(v.a)}, ${show(v.b)})`;
    case "convert":
    case "bits":
      return `${v.op === "bits" ? "bits " : ""}${v.type.kind}(${show(v.a)})`;
    case "lane":
      return `${show(v.a)}.${v.lane}`;
    case "shuffle":
      return `shuffle(${show(v.a)}, ${show(v.b)}: ${v.order.join(" ")})`;
    case "total":
      return `total(${show(v.a)})`;
    case "index":
      return index(v.index, names);
    case "laneIndex":
      return "lanes";
    default:
      return v satisfies never;
  }
}
