// Text of a tensor, character for character as PyTorch's `print` writes it with its default options.
import type { Dtype, TypedArray } from "./dtype.ts";
import { type Shape, sizeOf, stridesOf } from "./shape.ts";

export interface PrintNotes {
  readonly requiresGrad?: boolean;
  /** Name of the op that made the tensor, if it has history. */
  readonly gradOp?: string | undefined;
}

/** Digits after the point. */
const precision = 4;
/** Larger tensors are shown by their edges, so many elements from each end of an axis. */
const threshold = 1000;
const edgeItems = 3;
const lineWidth = 80;

/** What `print(tensor)` writes in PyTorch for these elements. */
export function formatTensor(
  data: TypedArray,
  shape: Shape,
  dtype: Dtype,
  notes: PrintNotes = {},
): string {
  const prefix = "tensor(";
  const isEmpty = data.length === 0;
  const suffixes: string[] = [];
  if (isEmpty && shape.length !== 1) suffixes.push(`size=(${shape.join(", ")})`);
  if (dtype !== "float32" && (isEmpty || dtype !== "bool")) suffixes.push(`dtype=torch.${dtype}`);
  if (notes.gradOp !== undefined) suffixes.push(`grad_fn=<${gradFunction(notes.gradOp)}>`);
  else if (notes.requiresGrad) suffixes.push("requires_grad=True");
  return addSuffixes(
    prefix + (isEmpty ? "[]" : formatElements(data, shape, dtype, prefix.length)),
    suffixes,
    prefix.length,
  );
}

/** The nested brackets. `indent` is the column of the first one. */
function formatElements(data: TypedArray, shape: Shape, dtype: Dtype, indent: number): string {
  const isSummary = sizeOf(shape) > threshold;
  const strides = stridesOf(shape);
  /** Positions shown along an axis; −1 stands for those left out. */
  const shown = (axis: number): number[] => {
    const size = shape[axis] as number;
    const positions = Array.from({ length: size }, (_, i) => i);
    if (!isSummary || size <= 2 * edgeItems) return positions;
    return [...positions.slice(0, edgeItems), -1, ...positions.slice(size - edgeItems)];
  };
  const visible = function* (axis: number, start: number): Generator<number> {
    if (axis === shape.length) return yield data[start] as number;
    for (const i of shown(axis))
      if (i >= 0) yield* visible(axis + 1, start + i * (strides[axis] as number));
  };
  const { width, format } = elementFormat([...visible(0, 0)], dtype);

  const build = (axis: number, start: number, column: number): string => {
    const rest = shape.length - axis;
    if (rest === 0) return format(data[start] as number);
    const stride = strides[axis] as number;
    const items = shown(axis).map((i) => {
      if (i < 0) return rest === 1 ? " ..." : "...";
      return build(axis + 1, start + i * stride, column + 1);
    });
    if (rest > 1) return `[${items.join(`,${"\n".repeat(rest - 1)}${" ".repeat(column + 1)}`)}]`;
    const perLine = Math.max(1, Math.floor((lineWidth - column) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine)
      lines.push(items.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(column + 1)}`)}]`;
  };
  return build(0, 0, indent);
}

/** How the elements are written: all in one way and, but for infinities and NaN, one width. */
function elementFormat(
  values: readonly number[],
  dtype: Dtype,
): { readonly width: number; format(value: number): string } {
  const write =
    dtype === "bool"
      ? (value: number) => (value !== 0 ? "True" : "False")
      : dtype === "float32"
        ? floatFormat(values)
        : String;
  // The width is that of the ordinary numbers; what is longer sticks out, as in PyTorch.
  const measured =
    dtype === "float32" ? values.filter((value) => Number.isFinite(value) && value !== 0) : values;
  const width = measured.reduce((most, value) => Math.max(most, write(value).length), 1);
  return { width, format: (value) => write(value).padStart(width) };
}

/** Whole numbers as "1.", others with four digits; scientific if they span more than three orders. */
function floatFormat(values: readonly number[]): (value: number) => string {
  const ordinary = values.filter((value) => Number.isFinite(value) && value !== 0);
  const magnitudes = ordinary.map(Math.abs);
  const least = magnitudes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const areWhole = ordinary.every(Number.isInteger);
  const isScientific =
    ordinary.length > 0 && (most / least > 1000 || most > 1e8 || (!areWhole && least < 1e-4));
  return (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    const sign = value < 0 || Object.is(value, -0) ? "-" : "";
    const magnitude = Math.abs(value);
    if (isScientific) return sign + scientific(magnitude);
    return sign + (areWhole ? `${magnitude}.` : fixed(magnitude));
  };
}

/** Four digits after the point; ties to even, as Python rounds. The product is exact for a float32. */
function fixed(magnitude: number): string {
  const scale = 10 ** precision;
  const scaled = magnitude * scale;
  const down = Math.floor(scaled);
  const isTie = scaled - down === 0.5;
  const digits = isTie ? down + (down % 2) : Math.round(scaled);
  return `${Math.floor(digits / scale)}.${String(digits % scale).padStart(precision, "0")}`;
}

/** As 1.2346e+05; ties to even, as Python rounds. */
function scientific(magnitude: number): string {
  const rounded = magnitude.toExponential(precision);
  const longer = magnitude.toExponential(precision + 1);
  const [mantissa, exponent] = longer.split("e") as [string, string];
  const isTie = Number(longer) === magnitude && mantissa.endsWith("5");
  const isEven = Number(mantissa.at(-2)) % 2 === 0;
  const text = isTie && isEven ? `${mantissa.slice(0, -1)}e${exponent}` : rounded;
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** Appends `, suffix` for each, on a new line where the line would grow too long. */
function addSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let result = text;
  // As PyTorch counts it, one too many.
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > lineWidth) {
      result += `,\n${" ".repeat(indent)}${suffix}`;
      lineLength = indent + suffix.length;
    } else {
      result += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${result})`;
}

/** Ops that PyTorch knows by another name. */
const gradFunctions: Readonly<Record<string, string>> = {
  avgPool2d: "AvgPool2D",
  cast: "ToCopy",
  concat: "Cat",
  conv2d: "Convolution",
  crossEntropy: "NllLoss",
  logSumExp: "Logsumexp",
  matmul: "Mm",
  maxPool2d: "MaxPool2DWithIndices",
  pad: "ConstantPadNd",
  powScalar: "Pow",
  reshape: "View",
  variance: "Var",
};

function gradFunction(op: string): string {
  const name = gradFunctions[op] ?? op.charAt(0).toUpperCase() + op.slice(1);
  return `${name}Backward0`;
}
