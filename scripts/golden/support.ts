// Reading golden cases and comparing with them.
import { interop, mul, Tensor } from "../../src/index.ts";

export type CaseArgs = Readonly<Record<string, unknown>>;
export type Inputs = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, Tensor>>;

export interface GoldenCase {
  readonly op: string;
  readonly name: string;
  readonly args: CaseArgs;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface GoldenFolder {
  readonly cases: readonly GoldenCase[];
  readonly tensors: ReadonlyMap<string, interop.StoredTensor>;
}

/** The content of `cases.json` and `cases.safetensors`. */
export function goldenOf(json: string, bytes: Uint8Array): GoldenFolder {
  const { cases } = JSON.parse(json) as { cases: GoldenCase[] };
  return { cases, tensors: interop.readSafetensors(bytes).tensors };
}

/** The stored elements as a tensor: float64 becomes float32, int64 int32. */
export function toTensor(stored: interop.StoredTensor): Tensor {
  const { shape, data } = stored;
  if (data instanceof BigInt64Array) return Tensor.from(Int32Array.from(data, Number), { shape });
  return Tensor.from(data, { shape });
}

/** Readers of arguments that complain when one is of the wrong kind. */
export function adaptersFor() {
  const wrong = (name: string, value: unknown): never => {
    throw new TypeError(`argument ${name}: ${JSON.stringify(value)}`);
  };
  return {
    numbers: (args: CaseArgs, name: string, otherwise?: number): number[] => {
      const value = args[name] ?? otherwise;
      if (typeof value === "number") return [value, value];
      return Array.isArray(value) ? (value as number[]) : wrong(name, value);
    },
    number: (args: CaseArgs, name: string, otherwise: number): number => {
      const value = args[name] ?? otherwise;
      return typeof value === "number" ? value : wrong(name, value);
    },
    text: (args: CaseArgs, name: string): string => {
      const value = args[name];
      return typeof value === "string" ? value : wrong(name, value);
    },
    flag: (args: CaseArgs, name: string): boolean => Boolean(args[name] ?? false),
  };
}

/** y = compute(inputs), and the gradients of Σ y·dy (or of y itself) with respect to the inputs named. */
export async function withGradients(
  inputs: Inputs,
  wanted: readonly string[],
  compute: (inputs: Inputs) => Tensor,
): Promise<Outputs> {
  const leaves: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(inputs)) {
    leaves[name] = wanted.includes(name)
      ? Tensor.from(await value.data(), { shape: value.shape, requiresGrad: true })
      : value;
  }
  const y = compute(leaves);
  (inputs.dy === undefined ? y : mul(y, inputs.dy).sum()).backward();
  const outputs: Record<string, Tensor> = { y };
  for (const name of wanted) {
    const grad = leaves[name]?.grad;
    if (grad) outputs[`grad_${name}`] = grad;
  }
  return outputs;
}

/** Largest |a − b| in units of the tolerance; above 1 is a failure. NaN fails unless both are. */
export function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number | bigint>,
  tolerance: { absolute: number; relative: number },
): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] as number;
    const b = Number(expected[i]);
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const error = Math.abs(a - b) / (tolerance.absolute + tolerance.relative * Math.abs(b));
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}
