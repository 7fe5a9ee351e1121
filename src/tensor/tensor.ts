// The tensor that people hold: an immutable, lazy value. Its methods for arithmetic are added by
// `ops/`; here is what every tensor is and how its elements are read.
import { bytesPerElement, type Dtype, newTypedArray, type TypedArray } from "./dtype.ts";
import { engine } from "./engine.ts";
import { DtypeError, FoveaError, ShapeError } from "./errors.ts";
import { type GradHook, Node } from "./node.ts";
import type { Op } from "./op.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "./shape.ts";
import { currentScope, isGradEnabled } from "./state.ts";

/** Numbers, nested to any depth, as `await t.array()` returns them and `Tensor.from` takes them. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

export interface TensorOptions {
  /** Type of the elements; follows from the values unless given. */
  readonly dtype?: Dtype;
  /** Record what is computed from it, for gradients (default false). */
  readonly requiresGrad?: boolean;
}

/**
 * A multi-dimensional array of numbers. Operations on tensors record what to compute; reading a
 * value (`data`, `item`, `array`, `print`) computes it. Values never change.
 *
 * @example
 * const x = Tensor.from([[1, 2], [3, 4]]);
 * await x.add(1).array() // [[2, 3], [4, 5]]
 */
export class Tensor {
  #node: Node;
  /** Gradient that `backward()` collected here; only for leaves with `requiresGrad`, and after `retainGrad()`. */
  grad: Tensor | null = null;

  /** Internal: use `Tensor.from`, `Tensor.zeros`, … or an op. */
  constructor(node: Node) {
    this.#node = node;
  }

  /** The value behind this tensor, for the layers below. */
  get node(): Node {
    return this.#node;
  }

  /** Replaces the value: only variables do that. */
  protected setNode(node: Node): void {
    this.#node = node;
  }

  /** Sizes along each axis; images are NCHW. */
  get shape(): Shape {
    return this.#node.shape;
  }

  get dtype(): Dtype {
    return this.#node.dtype;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.#node.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return sizeOf(this.#node.shape);
  }

  /** Does `backward()` compute a gradient for this tensor? */
  get requiresGrad(): boolean {
    return this.#node.requiresGrad;
  }

  /** Is it stored data rather than the result of an op with history? */
  get isLeaf(): boolean {
    return this.#node.op === null || !this.#node.requiresGrad;
  }

  /**
   * A tensor from nested arrays or a typed array, as `torch.tensor`.
   * @param values numbers nested to any depth (all rows equally long), or a typed array
   * @param options dtype: float32 for numbers unless given, bool for booleans; shape: for typed arrays
   * @throws ShapeError if rows differ in length or the shape does not hold the elements
   * @example Tensor.from([[1, 2, 3], [4, 5, 6]]).shape // [2, 3]
   */
  static from(
    values: NestedNumbers | TypedArray | Float64Array,
    options: TensorOptions & { readonly shape?: Shape } = {},
  ): Tensor {
    const isTyped = ArrayBuffer.isView(values);
    const shape = options.shape ?? (isTyped ? [values.length] : nestedShape(values));
    checkShape("Tensor.from", shape);
    const dtype =
      options.dtype ??
      (isTyped ? dtypeOfArray(values) : firstOf(values) === "boolean" ? "bool" : "float32");
    const flat = newTypedArray(dtype, sizeOf(shape));
    if (isTyped) {
      if (values.length !== flat.length) {
        throw new ShapeError(
          `Tensor.from: ${values.length} elements do not fill the shape ${formatShape(shape)}`,
          {
            facts: [
              { name: "elements", value: String(values.length) },
              { name: "needed", value: String(flat.length) },
            ],
          },
        );
      }
      flat.set(values as TypedArray);
    } else {
      flatten(values, shape, 0, flat, 0);
    }
    return Tensor.ofData(flat, shape, dtype, options.requiresGrad);
  }

  /** A leaf that holds these elements (copied), row-major. */
  static ofData(data: TypedArray, shape: Shape, dtype: Dtype, requiresGrad = false): Tensor {
    const tensor = new Tensor(
      Node.stored({ shape, dtype }, engine().upload(dtype, data), requiresGrad),
    );
    if (requiresGrad) {
      requireFloat("requiresGrad", dtype);
      tensor.node.leaf = tensor;
    }
    return tensor;
  }

  /** The same for elements that are made when they are first needed: starting values of large networks. */
  static ofDataLater(shape: Shape, dtype: Dtype, make: () => TypedArray): Tensor {
    const type = { shape, dtype };
    return new Tensor(Node.stored(type, engine().uploadLater(dtype, bytesOf(type), make)));
  }

  /**
   * Computes the value if it is not yet computed, and keeps it. Reading does this by itself.
   * @returns this tensor
   */
  realize(): this {
    engine().realize([this.node]);
    return this;
  }

  /** Elements in row-major order, as a copy. */
  async data(): Promise<TypedArray> {
    this.realize();
    return engine().read(this.node);
  }

  /**
   * The only element, as a number.
   * @throws ShapeError if there is more than one
   */
  async item(): Promise<number> {
    if (this.numel !== 1) {
      throw new ShapeError(
        `item: a tensor of shape ${formatShape(this.shape)} has ${this.numel} elements, not one`,
        {
          hint: "reduce it first (mean, sum), or read all with array() or data()",
        },
      );
    }
    return (await this.data())[0] as number;
  }

  /** Elements as nested arrays; a number for a scalar; booleans for dtype bool. */
  async array(): Promise<any> {
    const data = await this.data();
    const { shape, dtype } = this;
    let position = 0;
    const build = (axis: number): NestedNumbers => {
      if (axis === shape.length) {
        const value = data[position++] as number;
        return dtype === "bool" ? value !== 0 : value;
      }
      return Array.from({ length: shape[axis] as number }, () => build(axis + 1));
    };
    return build(0);
  }

  /** Writes what PyTorch's `print(tensor)` writes. */
  async print(write: (text: string) => void = console.log): Promise<void> {
    write(await this.text());
  }

  /** The text that `print` writes. */
  async text(): Promise<string> {
    // Loaded when somebody prints: pages rarely do.
    const { formatTensor } = await import("./print.ts");
    const gradOp = this.node.op !== null && this.requiresGrad ? this.node.op.name : undefined;
    return formatTensor(await this.data(), this.shape, this.dtype, {
      requiresGrad: this.requiresGrad,
      gradOp,
    });
  }

  /** Shape and dtype only: values are read with `print`, `data` or `array`. */
  toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /**
   * Computes the gradients of this value with respect to every leaf below it that has
   * `requiresGrad`, and adds them to the leaves' `grad`, as PyTorch does.
   * @param grad gradient of the final result with respect to this tensor; not needed for a scalar
   * @throws ShapeError if this is not a scalar and no `grad` is given
   * @example
   * const x = Tensor.from([1, 2], { requiresGrad: true });
   * x.mul(x).sum().backward();
   * await x.grad.array() // [2, 4]
   */
  backward(grad?: Tensor): void {
    engine().backward(this, grad);
  }

  /**
   * Makes `backward()` keep the gradient of this value in `grad`, although it is no leaf: how the gradient of an
   * activation is looked at.
   * @throws FoveaError if this tensor requires no gradient
   * @example
   * const x = Tensor.from([1, 2], { requiresGrad: true });
   * const y = x.mul(3);
   * y.retainGrad();
   * y.square().sum().backward();
   * await y.grad.array() // [6, 12]
   */
  retainGrad(): void {
    this.#checkRequiresGrad("retainGrad");
    this.node.leaf ??= this;
  }

  /**
   * Calls `hook` with the gradient of this value whenever one is computed, in `backward()` and in `grad()`. The
   * tensor that it returns, if any, takes the gradient's place.
   * @returns `remove()` takes the hook away
   * @throws FoveaError if this tensor requires no gradient
   * @example
   * const x = Tensor.from([1, 2], { requiresGrad: true });
   * x.registerHook((grad) => grad.mul(10));
   * x.square().sum().backward();
   * await x.grad.array() // [20, 40]
   */
  registerHook(hook: GradHook): { remove(): void } {
    this.#checkRequiresGrad("registerHook");
    // A variable's node is replaced with its value: hooks move on to the next.
    this.node.hooks = [...this.node.hooks, hook];
    return {
      remove: () => {
        this.node.hooks = this.node.hooks.filter((other) => other !== hook);
      },
    };
  }

  #checkRequiresGrad(caller: string): void {
    if (this.requiresGrad) return;
    throw new FoveaError(`${caller}: this tensor requires no gradient`, {
      facts: [{ name: "tensor", value: this.toString() }],
      hint: "make it with { requiresGrad: true }, or from tensors that require one, outside noGrad",
    });
  }
}

/**
 * A tensor whose value can be replaced: a parameter, a running statistic, an optimizer's memory.
 * @example
 * const v = new Variable(Tensor.from([1, 2]));
 * v.assign(Tensor.from([3, 4]));
 * await v.array() // [3, 4]
 */
export class Variable extends Tensor {
  #requiresGrad: boolean;
  #deferred: Tensor | null = null;

  constructor(initial: Tensor, requiresGrad = false) {
    super(initial.node);
    this.#requiresGrad = requiresGrad;
    if (requiresGrad) requireFloat("requiresGrad", initial.dtype);
    if (initial.node.storage !== null) this.settle(initial.node.storage);
  }

  /** The present value. Computed on first use, so that making a large network costs nothing. */
  override get node(): Node {
    const deferred = this.takeDeferred();
    if (deferred !== null) this.assign(deferred);
    const node = super.node;
    if (node.storage === null || (node.op !== null && this.#requiresGrad)) {
      engine().realize([node]);
      this.settle(node.storage as NonNullable<typeof node.storage>);
    } else if (node.version !== node.storage.version || node.requiresGrad !== this.#requiresGrad) {
      this.settle(node.storage);
    }
    return super.node;
  }

  override get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  override set requiresGrad(value: boolean) {
    this.#requiresGrad = value;
  }

  /** Makes stored elements the value. Called by the engine after it computed an update. */
  settle(storage: NonNullable<Node["storage"]>): void {
    const { shape, dtype } = super.node;
    const node = Node.stored({ shape, dtype }, storage, this.#requiresGrad);
    node.hooks = super.node.hooks;
    if (this.#requiresGrad) node.leaf = this;
    node.owner = this;
    this.setNode(node);
  }

  /** Replaces the value at the next update of any variable, or when this one is read. */
  defer(value: Tensor): void {
    this.#deferred = value;
    engine().defer(this);
  }

  /** The value that waits to become this variable's; it no longer does. */
  takeDeferred(): Tensor | null {
    const deferred = this.#deferred;
    this.#deferred = null;
    return deferred;
  }

  /**
   * Replaces the value (computed at once).
   * @throws ShapeError if the shape differs; DtypeError if the dtype does
   */
  assign(value: Tensor): void {
    engine().assign([[this, value]]);
  }

  /**
   * Overwrites the elements: how a learning rate or a list of batch indices enters a captured step.
   * @throws ShapeError if the number of elements differs
   */
  write(data: TypedArray): void {
    if (data.length !== this.numel) {
      throw new ShapeError(
        `write: ${data.length} elements for a variable of shape ${formatShape(this.shape)}`,
      );
    }
    engine().overwrite(this.node.storage as NonNullable<Node["storage"]>, this.dtype, data);
  }

  /** The same with elements that are made when they are first needed, or never if others take their place. */
  writeLater(make: () => TypedArray): void {
    engine().overwriteLater(this.node.storage as NonNullable<Node["storage"]>, this.dtype, make);
  }
}

/**
 * A tensor that an optimizer learns: a variable with `requiresGrad`.
 * @example new Parameter(Tensor.zeros([2])).requiresGrad // true
 */
export class Parameter extends Variable {
  constructor(initial: Tensor, requiresGrad = true) {
    super(initial, requiresGrad);
  }
}

/** Records an op: checks shapes now, computes later. */
export function apply<Params>(op: Op<Params>, inputs: readonly Tensor[], params: Params): Tensor {
  const nodes = inputs.map((input) => input.node);
  const type = op.shape(nodes, params);
  const requiresGrad =
    hasGradient(op, type.dtype) && isGradEnabled() && nodes.some((node) => node.requiresGrad);
  return new Tensor(new Node(type, op, nodes, params, requiresGrad, currentScope()));
}

/** A composite has the rules of its parts; there is none for whole numbers and bools. */
function hasGradient({ backward, lowering }: Op, dtype: Dtype): boolean {
  return backward !== undefined || (lowering.kind === "composite" && dtype === "float32");
}

/** Bytes that the elements of a tensor take. */
export function bytesOf(type: { readonly shape: Shape; readonly dtype: Dtype }): number {
  return sizeOf(type.shape) * bytesPerElement(type.dtype);
}

function requireFloat(what: string, dtype: Dtype): void {
  if (dtype !== "float32") {
    throw new DtypeError(`${what}: only float32 tensors can have gradients, this one is ${dtype}`);
  }
}

function dtypeOfArray(values: ArrayBufferView): Dtype {
  if (values instanceof Float32Array || values instanceof Float64Array) return "float32";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Uint8Array) return "uint8";
  throw new DtypeError(`Tensor.from: cannot take a ${values.constructor.name}`, {
    hint: "use Float32Array, Int32Array or Uint8Array, or nested arrays",
  });
}

function firstOf(values: NestedNumbers): string {
  return typeof values === "object"
    ? values.length > 0
      ? firstOf(values[0] as NestedNumbers)
      : "number"
    : typeof values;
}

function nestedShape(values: NestedNumbers): number[] {
  if (typeof values !== "object") return [];
  return values.length === 0 ? [0] : [values.length, ...nestedShape(values[0] as NestedNumbers)];
}

function flatten(
  values: NestedNumbers,
  shape: Shape,
  axis: number,
  out: TypedArray,
  position: number,
): number {
  if (typeof values === "object") {
    if (axis < shape.length && values.length === shape[axis]) {
      return values.reduce<number>((at, row) => flatten(row, shape, axis + 1, out, at), position);
    }
  } else if (axis === shape.length) {
    if (typeof values !== "number" && typeof values !== "boolean") {
      throw new FoveaError(`Tensor.from: ${String(values)} is not a number`);
    }
    out[position] = Number(values);
    return position + 1;
  }
  throw new ShapeError("Tensor.from: rows differ in length or depth", {
    facts: [{ name: "expected", value: formatShape(shape) }],
  });
}
