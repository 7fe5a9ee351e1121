// Starting values with a structure: identities, orthonormal and sparse matrices.
import { OptionError, ShapeError } from "../tensor/errors.ts";
import { defaultGenerator, type Generator } from "../tensor/random.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { Random, XavierOptions } from "./init.ts";

/**
 * The identity matrix, for a dense layer `[out, in]` that passes its inputs on.
 * @throws ShapeError unless the variable has two axes
 * @example await init.eye_(new Parameter(Tensor.zeros([2, 2]))).array() // [[1, 0], [0, 1]]
 */
export function eye_<V extends Variable>(variable: V): V {
  const columns = axes("eye_", variable, 2, 2)[1] as number;
  const values = new Float32Array(variable.numel);
  for (let i = 0; i < Math.min(columns, variable.shape[0] as number); i++)
    values[i * columns + i] = 1;
  return write(variable, values);
}

/**
 * Filters `[out, in / groups, …kernel]` that pass their channels on: 1 in the middle of the kernel, 0 elsewhere.
 * @param groups each group of filters starts with the first channel again
 * @throws ShapeError unless the variable has three to five axes; OptionError if groups does not divide the filters
 * @example await init.dirac_(new Parameter(Tensor.zeros([1, 1, 1, 3]))).array() // [[[[0, 1, 0]]]]
 */
export function dirac_<V extends Variable>(variable: V, groups = 1): V {
  const [filters, channels, ...kernel] = axes("dirac_", variable, 3, 5) as [
    number,
    number,
    ...number[],
  ];
  if (!(groups >= 1) || filters % groups !== 0) {
    throw new OptionError(`dirac_: ${filters} filters do not divide into ${groups} groups`);
  }
  const perGroup = filters / groups;
  const size = sizeOf(kernel);
  const middle = kernel.reduce((at, n) => at * n + Math.floor(n / 2), 0);
  const values = new Float32Array(variable.numel);
  for (let filter = 0; filter < filters; filter++) {
    const channel = filter % perGroup;
    if (channel < channels) values[(filter * channels + channel) * size + middle] = 1;
  }
  return write(variable, values);
}

/**
 * Orthonormal rows (or columns, if there are more rows), times `gain`; axes after the first count as one. Every such
 * matrix is equally likely.
 * @throws ShapeError for fewer than two axes
 * @example await init.orthogonal_(new Parameter(Tensor.zeros([1, 1])), { gain: 0 }).sum().item() // 0
 * @see Saxe, McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear networks"
 */
export function orthogonal_<V extends Variable>(
  variable: V,
  { gain = 1, ...random }: XavierOptions = {},
): V {
  const [rows] = axes("orthogonal_", variable, 2) as [number];
  if (variable.numel === 0) return variable;
  const columns = variable.numel / rows;
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  const q = orthonormalColumns(long, short, random.generator ?? defaultGenerator);
  const values = new Float32Array(variable.numel);
  for (let i = 0; i < long; i++) {
    for (let j = 0; j < short; j++)
      values[rows >= columns ? i * columns + j : j * columns + i] = gain * (q[j]?.[i] as number);
  }
  return write(variable, values);
}

/**
 * Columns of Q in the QR factorization of a matrix of normal numbers, by Householder reflections. The signs are
 * those that make R's diagonal positive (Mezzadri 2007), so that every Q is equally likely.
 */
function orthonormalColumns(rows: number, columns: number, generator: Generator): Float64Array[] {
  const r = Array.from({ length: columns }, () => new Float64Array(rows));
  for (let i = 0; i < rows; i++) for (const column of r) column[i] = generator.normal();
  const reflect = (v: Float64Array, from: number, x: Float64Array): void => {
    let dot = 0;
    for (let i = from; i < rows; i++) dot += (v[i] as number) * (x[i] as number);
    for (let i = from; i < rows; i++) x[i] = (x[i] as number) - 2 * dot * (v[i] as number);
  };
  const reflectors: Float64Array[] = [];
  const signs: number[] = [];
  for (let k = 0; k < columns; k++) {
    const v = (r[k] as Float64Array).slice();
    const norm = lengthOf(v, k);
    const sign = (v[k] as number) >= 0 ? 1 : -1;
    v[k] = (v[k] as number) + sign * norm;
    const length = lengthOf(v, k);
    for (let i = k; i < rows; i++) v[i] = length === 0 ? 0 : (v[i] as number) / length;
    for (let j = k; j < columns; j++) reflect(v, k, r[j] as Float64Array);
    reflectors.push(v);
    // The reflection makes the diagonal −sign · norm.
    signs.push(-sign);
  }
  return signs.map((sign, j) => {
    const q = new Float64Array(rows);
    q[j] = sign;
    for (let k = columns - 1; k >= 0; k--) reflect(reflectors[k] as Float64Array, k, q);
    return q;
  });
}

/**
 * Normal numbers of which a share of each column is set to 0, for a matrix `[out, in]`.
 * @param sparsity share of zeros in each column, rounded up to whole elements
 * @throws ShapeError unless the variable has two axes; OptionError if the share is not between 0 and 1
 * @example await init.sparse_(new Parameter(Tensor.ones([2, 1])), 1).array() // [[0], [0]]
 * @see Martens 2010, "Deep learning via Hessian-free optimization"
 */
export function sparse_<V extends Variable>(
  variable: V,
  sparsity: number,
  std = 0.01,
  options: Random = {},
): V {
  const [rows, columns] = axes("sparse_", variable, 2, 2) as [number, number];
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw new OptionError(`sparse_: sparsity is ${sparsity}`, { hint: "give a share, 0 to 1" });
  }
  const generator = options.generator ?? defaultGenerator;
  const values = Float32Array.from({ length: variable.numel }, () => std * generator.normal());
  for (let column = 0; column < columns; column++) {
    for (const row of generator.permutation(rows).subarray(0, Math.ceil(sparsity * rows)))
      values[row * columns + column] = 0;
  }
  return write(variable, values);
}

/** The shape, or an error if it has too few or too many axes. */
function axes(
  where: string,
  { shape }: Variable,
  least: number,
  most = Number.POSITIVE_INFINITY,
): Shape {
  if (shape.length >= least && shape.length <= most) return shape;
  const needed =
    most === Number.POSITIVE_INFINITY
      ? `${least} or more`
      : least === most
        ? least
        : `${least} to ${most}`;
  throw new ShapeError(`${where}: needs ${needed} axes, got the shape ${formatShape(shape)}`);
}

/** The numbers are drawn when they are needed: never, where others take their place or nobody runs the network. */

/** Euclidean length of a vector from an element on. */
function lengthOf(v: Float64Array, from: number): number {
  let squares = 0;
  for (let i = from; i < v.length; i++) squares += (v[i] as number) ** 2;
  return Math.sqrt(squares);
}

function write<V extends Variable>(variable: V, values: Float32Array): V {
  variable.write(values);
  return variable;
}
